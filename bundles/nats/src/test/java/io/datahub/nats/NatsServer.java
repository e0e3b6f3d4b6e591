package io.datahub.nats;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;

/** Debian's nats-server on a port of the loopback interface, which can be stopped and started again. */
final class NatsServer implements AutoCloseable {

    private final int port = freePort();
    private Process process;

    /** @param options of the program */
    NatsServer(String... options) throws IOException {
        start(options);
    }

    /** The program; a machine without it skips the test, but not in CI. */
    private static String program() {
        Optional<Path> found = Stream.concat(
                        Stream.of("/usr/sbin/nats-server"),
                        Stream.of(System.getenv("PATH").split(File.pathSeparator))
                                .map(folder -> folder + "/nats-server"))
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst();
        if (!"true".equals(System.getenv("CI"))) {
            Assumptions.assumeTrue(
                    found.isPresent(), "nats-server isn't installed: on Debian, apt-get install nats-server");
        }
        return found.orElseThrow(() -> new IllegalStateException("nats-server isn't installed"))
                .toString();
    }

    /** Below the ports that the system gives to outgoing connections, so that it is still free for a restart. */
    private static int freePort() {
        while (true) {
            int candidate = ThreadLocalRandom.current().nextInt(10_000, 32_768);
            try (ServerSocket socket = new ServerSocket(candidate, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException e) {
                // taken
            }
        }
    }

    void start(String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of(program(), "-a", "127.0.0.1", "-p", Integer.toString(port)));
        command.addAll(List.of(options));
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        Awaitility.await().until(this::listens);
    }

    private boolean listens() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 100);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    void kill() {
        process.destroyForcibly();
        process.onExit().join();
    }

    int port() {
        return port;
    }

    String url() {
        return "nats://127.0.0.1:" + port;
    }

    @Override
    public void close() {
        kill();
    }
}
