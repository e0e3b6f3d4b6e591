package io.datahub.cli;

import io.datahub.cli.core.PrivateFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;

/** Uses what commands use, against a server in this process, so that the launcher can archive the classes for the next starts. */
final class WarmUp {

    private static final String BODY =
            "{\"user\":\"a\",\"roles\":[\"a\"],\"grants\":[{\"action\":\"read\",\"what\":\"\"}],"
                    + "\"entries\":[{\"name\":\"a\",\"size\":1}],\"next\":null,\"cursor\":\"a-1\"}";
    private static final String ANSWER =
            "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: " + BODY.length()
                    + "\r\nRepr-Digest: sha-256=:" + digest() + ":\r\n\r\n" + BODY;

    private WarmUp() {}

    static void run() {
        for (String name : Commands.NAMES) {
            Commands.lineFor(name).getSubcommands().get(name).getUsageMessage();
        }
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread thread = new Thread(() -> serve(server), "server");
            thread.setDaemon(true);
            thread.start();
            Path home = Files.createTempDirectory("datahub");
            Path address = Files.createDirectories(home.resolve("cache")).resolve("hub.run");
            Path token = home.resolve("admin.token");
            Files.writeString(address, "http.host=127.0.0.1\nhttp.port=" + server.getLocalPort() + "\n");
            Files.writeString(token, "none");
            System.setProperty("datahub.home", home.toString());
            System.setProperty("datahub.home.explicit", "true");
            CommandRunner.run("whoami");
            CommandRunner.run("ls", "--json");
            CommandRunner.run("stat", "a");
            CommandRunner.run("pub", "a", "a");
            CommandRunner.run("user", "ls");
            Path fetched = home.resolve("fetched");
            CommandRunner.run("get", "a", fetched.toString());
            CommandRunner.run("cat", "a");
            CommandRunner.run("put", token.toString(), "a/");
            for (Path file : List.of(fetched, address, token, address.getParent(), home)) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String digest() {
        return Base64.getEncoder()
                .encodeToString(PrivateFiles.newSha256().digest(BODY.getBytes(StandardCharsets.US_ASCII)));
    }

    private static void serve(ServerSocket server) {
        while (!server.isClosed()) {
            try (Socket socket = server.accept()) {
                InputStream in = socket.getInputStream();
                OutputStream out = socket.getOutputStream();
                if (in.read(new byte[8_192]) > 0) {
                    out.write(ANSWER.getBytes(StandardCharsets.US_ASCII));
                    out.flush();
                }
            } catch (IOException e) {
                // The process is about to end.
            }
        }
    }
}
