package io.datahub.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.List;
import org.apache.sshd.common.file.virtualfs.VirtualFileSystemFactory;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.server.Environment;
import org.apache.sshd.server.ExitCallback;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.auth.pubkey.AcceptAllPublickeyAuthenticator;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.command.Command;
import org.apache.sshd.server.command.CommandFactory;
import org.apache.sshd.sftp.server.SftpSubsystemFactory;

/**
 * What Apache MINA SSHD does without a hub, for comparison: its own SFTP on a plain directory, and channels whose bytes go
 * nowhere ({@code exec sink}) or come from nowhere ({@code exec "source BYTES"}). It listens on 127.0.0.1 and lets
 * everybody in, by any key.
 */
public final class BareSsh {

    private static final int BUFFER_BYTES = 1 << 18;

    private BareSsh() {}

    /**
     * Serves until the standard input ends.
     *
     * @param arguments the port, and the directory
     */
    public static void main(String[] arguments) throws Exception {
        try (SshServer server = SshServer.setUpDefaultServer()) {
            server.setHost("127.0.0.1");
            server.setPort(Integer.parseInt(arguments[0]));
            server.setKeyPairProvider(KeyPairProvider.wrap(hostKey()));
            server.setPublickeyAuthenticator(AcceptAllPublickeyAuthenticator.INSTANCE);
            server.setFileSystemFactory(new VirtualFileSystemFactory(Path.of(arguments[1])));
            server.setSubsystemFactories(List.of(new SftpSubsystemFactory()));
            server.setCommandFactory(new Channels());
            server.start();
            System.out.println("ready");
            System.in.transferTo(OutputStream.nullOutputStream()); // until the caller closes it
        }
        System.exit(0);
    }

    private static KeyPair hostKey() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        return generator.generateKeyPair();
    }

    private static final class Channels implements CommandFactory {

        @Override
        public Command createCommand(ChannelSession channel, String line) {
            return new Bytes(line);
        }
    }

    /** Takes or gives bytes. */
    private static final class Bytes implements Command {

        private final String line;
        private InputStream input;
        private OutputStream output;
        private ExitCallback exit;

        Bytes(String line) {
            this.line = line;
        }

        @Override
        public void setInputStream(InputStream stream) {
            input = stream;
        }

        @Override
        public void setOutputStream(OutputStream stream) {
            output = stream;
        }

        @Override
        public void setErrorStream(OutputStream stream) {
            // has nothing to say
        }

        @Override
        public void setExitCallback(ExitCallback callback) {
            exit = callback;
        }

        @Override
        public void start(ChannelSession channel, Environment environment) {
            Thread thread = new Thread(this::run, "bytes");
            thread.setDaemon(true);
            thread.start();
        }

        private void run() {
            byte[] buffer = new byte[BUFFER_BYTES];
            try {
                if (line.startsWith("source ")) {
                    long left = Long.parseLong(line.substring("source ".length()));
                    for (; left > 0; left -= buffer.length) {
                        output.write(buffer, 0, (int) Math.min(left, buffer.length));
                    }
                    output.flush();
                } else {
                    input.transferTo(OutputStream.nullOutputStream());
                }
                exit.onExit(0);
            } catch (IOException | NumberFormatException e) {
                exit.onExit(1, e.toString());
            }
        }

        @Override
        public void destroy(ChannelSession channel) {
            // its streams end
        }
    }
}
