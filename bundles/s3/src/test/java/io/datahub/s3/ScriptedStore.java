package io.datahub.s3;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;

/** A hostile store: answers requests, one after the other, with what the test says. */
final class ScriptedStore implements AutoCloseable {

    /** Leaves the request without an answer. */
    static final String NOTHING = "";

    private final ServerSocket server;
    private final Path secrets;
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

    ScriptedStore(Path secrets) throws IOException {
        this.secrets = secrets;
        Files.writeString(secrets.resolve("blobs.access-key"), "hub");
        Files.writeString(secrets.resolve("blobs.secret-key"), "hub-secret");
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "scripted-store");
        thread.setDaemon(true);
        thread.start();
    }

    /** Adds answers: heads and bodies as they are sent. The connection is closed after each one. */
    void answer(String... next) {
        answers.addAll(List.of(next));
    }

    static String status(int status, String... headers) {
        return "HTTP/1.1 " + status + " X\r\nContent-Length: 0\r\nETag: \"e\"\r\n" + String.join("", headers) + "\r\n";
    }

    /** The first lines of the requests. */
    List<String> requests() {
        return requests;
    }

    String url() {
        return "http://" + server.getInetAddress().getHostAddress() + ":" + server.getLocalPort() + "/records";
    }

    Path secrets() {
        return secrets;
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = server.accept();
                sockets.add(socket);
                start(() -> serve(socket));
            }
        } catch (IOException e) {
            requests.add("closed");
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                int b = in.read();
                if (b < 0) {
                    return;
                }
                head.append((char) b);
            }
            head.toString()
                    .lines()
                    .filter(line -> line.toLowerCase(Locale.ROOT).startsWith("content-length: "))
                    .findFirst()
                    .ifPresent(line -> skip(in, Long.parseLong(line.substring(16))));
            requests.add(head.substring(0, head.indexOf(" HTTP")));
            String answer = answers.take();
            if (answer.equals(NOTHING)) {
                in.read();
            } else {
                socket.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
            }
        } catch (IOException e) {
            requests.add("lost");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void skip(InputStream in, long count) {
        try {
            in.skipNBytes(count);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
