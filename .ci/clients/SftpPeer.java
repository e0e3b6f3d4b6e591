import com.jcraft.jsch.ChannelSftp;
import com.jcraft.jsch.JSch;
import com.jcraft.jsch.Session;
import java.io.File;
import java.io.IOException;
import java.util.Scanner;
import net.schmizz.sshj.SSHClient;
import net.schmizz.sshj.sftp.SFTPClient;
import net.schmizz.sshj.transport.verification.PromiscuousVerifier;

/**
 * SFTP by JSch or sshj. Reads a command a line, its words between tabs, and answers each with a line: "ok", or what the library
 * throws.
 *
 * <p>usage: java -cp target/lib/* SftpPeer.java jsch|sshj PORT USER, with the token in the first line of the input
 */
class SftpPeer {

    /** What is used of a library. Directories are put with all that is in them, to a path where there is nothing. */
    private interface Client {
        void put(String source, String target) throws Exception;

        void resume(String source, String target) throws Exception;

        void get(String source, String target) throws Exception;

        void tree(String source, String target) throws Exception;

        void rename(String source, String target) throws Exception;

        void remove(String path) throws Exception;
    }

    public static void main(String[] arguments) throws Exception {
        Scanner input = new Scanner(System.in);
        String token = input.nextLine();
        int port = Integer.parseInt(arguments[1]);
        Client client = arguments[0].equals("jsch") ? jsch(port, arguments[2], token) : sshj(port, arguments[2], token);
        while (input.hasNextLine()) {
            String answer = "ok";
            try {
                run(client, input.nextLine().split("\t"));
            } catch (Exception e) {
                answer = e.toString().replace('\n', ' ');
            }
            System.out.println(answer);
        }
        System.exit(0);
    }

    private static void run(Client client, String[] words) throws Exception {
        switch (words[0]) {
            case "put" -> client.put(words[1], words[2]);
            case "resume" -> client.resume(words[1], words[2]);
            case "get" -> client.get(words[1], words[2]);
            case "tree" -> client.tree(words[1], words[2]);
            case "rename" -> client.rename(words[1], words[2]);
            case "remove" -> client.remove(words[1]);
            default -> throw new IllegalArgumentException(words[0]);
        }
    }

    private static Client jsch(int port, String user, String token) throws Exception {
        Session session = new JSch().getSession(user, "127.0.0.1", port);
        session.setPassword(token);
        session.setConfig("StrictHostKeyChecking", "no");
        session.connect();
        ChannelSftp sftp = (ChannelSftp) session.openChannel("sftp");
        sftp.connect();
        return new Client() {
            @Override
            public void put(String source, String target) throws Exception {
                sftp.put(source, target);
            }

            @Override
            public void resume(String source, String target) throws Exception {
                sftp.put(source, target, ChannelSftp.RESUME);
            }

            @Override
            public void get(String source, String target) throws Exception {
                sftp.get(source, target);
            }

            @Override
            public void tree(String source, String target) throws Exception {
                sftp.mkdir(target);
                for (File each : new File(source).listFiles()) {
                    String path = target + "/" + each.getName();
                    if (each.isDirectory()) {
                        tree(each.getPath(), path);
                    } else {
                        sftp.put(each.getPath(), path);
                    }
                }
            }

            @Override
            public void rename(String source, String target) throws Exception {
                sftp.rename(source, target);
            }

            @Override
            public void remove(String path) throws Exception {
                sftp.rm(path);
            }
        };
    }

    private static Client sshj(int port, String user, String token) throws Exception {
        SSHClient ssh = new SSHClient();
        ssh.addHostKeyVerifier(new PromiscuousVerifier());
        ssh.connect("127.0.0.1", port);
        ssh.authPassword(user, token);
        SFTPClient sftp = ssh.newSFTPClient();
        return new Client() {
            @Override
            public void put(String source, String target) throws IOException {
                sftp.put(source, target);
            }

            @Override
            public void resume(String source, String target) throws IOException {
                sftp.getFileTransfer().upload(source, target, sftp.size(target));
            }

            @Override
            public void get(String source, String target) throws IOException {
                sftp.get(source, target);
            }

            @Override
            public void tree(String source, String target) throws IOException {
                sftp.put(source, target);
            }

            @Override
            public void rename(String source, String target) throws IOException {
                sftp.rename(source, target);
            }

            @Override
            public void remove(String path) throws IOException {
                sftp.rm(path);
            }
        };
    }
}
