import java.io.BufferedInputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicLong;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Promise;

/** The two sides of the benchmark {@code benchmarks/hooks}: a bare server that verifies signatures, and a client. */
final class HookLoad {

    private static byte[] hmac(byte[] secret, byte[] body) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret, "HmacSHA256"));
        return mac.doFinal(body);
    }

    /** serve PORT SECRET, or load PORT PATH SECRET BODY CONNECTIONS SECONDS FIRST-NUMBER. */
    public static void main(String[] args) throws Exception {
        if (args[0].equals("serve")) {
            serve(Integer.parseInt(args[1]), args[2].getBytes(StandardCharsets.UTF_8));
        } else {
            load(args);
        }
    }

    private static void serve(int port, byte[] secret) throws Exception {
        Server server = new Server();
        ServerConnector connector = new ServerConnector(server);
        connector.setHost("127.0.0.1");
        connector.setPort(port);
        server.addConnector(connector);
        server.setHandler(new Handler.Abstract() {
            @Override
            public boolean handle(Request request, Response response, Callback callback) {
                Content.Source.asByteBuffer(request, new Promise<>() {
                    @Override
                    public void succeeded(ByteBuffer buffer) {
                        try {
                            byte[] body = new byte[buffer.remaining()];
                            buffer.get(body);
                            String sent = request.getHeaders().get("X-Hub-Signature-256");
                            byte[] expected = ("sha256=" + HexFormat.of().formatHex(hmac(secret, body)))
                                    .getBytes(StandardCharsets.US_ASCII);
                            boolean isGenuine = sent != null
                                    && MessageDigest.isEqual(expected, sent.getBytes(StandardCharsets.US_ASCII));
                            response.setStatus(isGenuine ? 202 : 401);
                            response.write(true, null, callback);
                        } catch (Exception e) {
                            callback.failed(e);
                        }
                    }

                    @Override
                    public void failed(Throwable failure) {
                        callback.failed(failure);
                    }
                });
                return true;
            }
        });
        server.start();
        server.join();
    }

    private static void load(String[] args) throws Exception {
        int port = Integer.parseInt(args[1]);
        byte[] secret = args[3].getBytes(StandardCharsets.UTF_8);
        String body = Files.readString(Path.of(args[4]));
        int connections = Integer.parseInt(args[5]);
        long end = System.nanoTime() + Long.parseLong(args[6]) * 1_000_000_000L;
        AtomicLong number = new AtomicLong(Long.parseLong(args[7]));
        AtomicLong accepted = new AtomicLong();
        Thread[] threads = new Thread[connections];
        for (int i = 0; i < connections; i++) {
            threads[i] = new Thread(() -> {
                try (Socket socket = new Socket("127.0.0.1", port)) {
                    socket.setTcpNoDelay(true);
                    InputStream in = new BufferedInputStream(socket.getInputStream());
                    OutputStream out = socket.getOutputStream();
                    while (System.nanoTime() < end) {
                        out.write(request(args[2], secret, body, number.incrementAndGet()));
                        if (status(in) != 202) {
                            throw new IllegalStateException("a delivery was refused");
                        }
                        accepted.incrementAndGet();
                    }
                } catch (Exception e) {
                    e.printStackTrace();
                    System.exit(1);
                }
            });
            threads[i].start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        System.out.println(accepted.get());
    }

    private static byte[] request(String path, byte[] secret, String template, long number) throws Exception {
        byte[] body = template.replaceFirst("\"run_number\": *[0-9]+", "\"run_number\":" + number)
                .getBytes(StandardCharsets.UTF_8);
        byte[] head = ("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                        + "X-GitHub-Event: workflow_run\r\nX-GitHub-Delivery: load-" + number
                        + "\r\nX-Hub-Signature-256: sha256=" + HexFormat.of().formatHex(hmac(secret, body))
                        + "\r\nContent-Length: " + body.length + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        byte[] both = java.util.Arrays.copyOf(head, head.length + body.length);
        System.arraycopy(body, 0, both, head.length, body.length);
        return both;
    }

    /** Reads an answer with a Content-Length. */
    private static int status(InputStream in) throws Exception {
        int status = 0;
        int length = 0;
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            if (status == 0) {
                status = Integer.parseInt(line.split(" ")[1]);
            } else if (line.toLowerCase(java.util.Locale.ROOT).startsWith("content-length:")) {
                length = Integer.parseInt(line.substring(line.indexOf(':') + 1).strip());
            }
        }
        in.skipNBytes(length);
        return status;
    }

    private static String line(InputStream in) throws Exception {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new java.io.EOFException();
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }
}
