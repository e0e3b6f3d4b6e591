package io.datahub.karaf;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/**
 * A hub of the distribution as shipped, with its own home directory and ports, controlled with its own launcher.
 *
 * <p>Use it in a try-with-resources block: its processes are ended and its home directory is deleted in any case. Not
 * thread-safe.
 */
final class Hub implements AutoCloseable {

    static final Duration TIMEOUT = Duration.ofMinutes(2);

    private final Path distribution;
    private final Path folder;
    private final Map<String, String> environment = new TreeMap<>();
    private final List<Launched> launched = new ArrayList<>();

    private Hub(Path distribution, Path folder) {
        this.distribution = distribution;
        this.folder = folder;
        set("DATAHUB_HOME", folder.resolve("hub").toString());
        for (String port :
                List.of("DATAHUB_HTTP_PORT", "DATAHUB_ZMQ_PORT", "DATAHUB_SSH_PORT", "DATAHUB_CONSOLE_PORT")) {
            set(port, String.valueOf(freePort()));
        }
    }

    /** Returns a hub that is not started yet. */
    static Hub prepared() throws IOException {
        return prepared(Path.of(System.getProperty("datahub.distribution", "target/assembly")));
    }

    static Hub prepared(Path distribution) throws IOException {
        return new Hub(distribution.toAbsolutePath(), Files.createTempDirectory("datahub-hub"));
    }

    /** Returns a hub that is ready. */
    static Hub started() throws Exception {
        Hub hub = prepared();
        try {
            hub.start();
            return hub;
        } catch (Throwable e) {
            hub.close();
            throw e;
        }
    }

    /** Sets an environment variable for subsequent commands. */
    Hub set(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    Path home() {
        return Path.of(environment.get("DATAHUB_HOME"));
    }

    int httpPort() {
        return Integer.parseInt(environment.get("DATAHUB_HTTP_PORT"));
    }

    int zeromqPort() {
        return Integer.parseInt(environment.get("DATAHUB_ZMQ_PORT"));
    }

    int consolePort() {
        return Integer.parseInt(environment.get("DATAHUB_CONSOLE_PORT"));
    }

    /** Returns the absolute URI of a path of the hub such as {@code /files/a}. */
    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + httpPort() + path);
    }

    String adminToken() throws IOException {
        return Files.readString(home().resolve("admin.token")).strip();
    }

    /**
     * Starts a command of the launcher and returns immediately. SIGINT has its default effect, even if the test process
     * ignores it, as background jobs of a shell do.
     */
    Launched launch(String... words) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                "env",
                "--default-signal=INT",
                distribution.resolve("bin/datahub").toString()));
        command.addAll(List.of(words));
        Path output = Files.createTempFile(folder, "launched", ".txt");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        Launched one = new Launched(process, output);
        launched.add(one);
        return one;
    }

    /** Starts the hub in the background and returns when it is ready. */
    void start() throws Exception {
        Launched start = launch("start");
        int status = start.status(TIMEOUT);
        if (status != 0) {
            throw new AssertionError("start ended with " + status + ":\n" + start.text() + "\n" + log());
        }
    }

    void stop() throws Exception {
        Launched stop = launch("stop");
        if (stop.status(TIMEOUT) != 0) {
            throw new AssertionError("stop failed:\n" + stop.text() + "\n" + log());
        }
    }

    void restart() throws Exception {
        stop();
        start();
    }

    /** Kills the hub, as a power failure would. */
    void kill() throws Exception {
        ProcessHandle hub = process();
        hub.destroyForcibly();
        await("the killed hub is gone").atMost(TIMEOUT).until(() -> !hub.isAlive());
    }

    /** Runs a console command, which must succeed, and returns its output. */
    String console(String line) throws Exception {
        Launched console = launch("console", line);
        if (console.status(TIMEOUT) != 0) {
            throw new AssertionError("'" + line + "' failed:\n" + console.text() + "\n" + log());
        }
        return console.text();
    }

    /** Returns the process of the hub, which must be running. */
    ProcessHandle process() throws IOException {
        String pid = runFile().getOrDefault("pid", "");
        return ProcessHandle.of(Long.parseLong(pid)).orElseThrow(() -> new AssertionError("no process " + pid));
    }

    boolean isRunning() throws IOException {
        return Files.exists(home().resolve("cache/hub.run")) && process().isAlive();
    }

    String log() {
        try {
            Path log = home().resolve("log/datahub.log");
            return Files.exists(log) ? Files.readString(log) : "(no log)";
        } catch (IOException e) {
            return "(log unreadable: " + e + ")";
        }
    }

    @Override
    public void close() throws IOException {
        if (isRunning()) {
            process().destroyForcibly();
        }
        for (Launched one : launched) {
            one.process().destroyForcibly();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    private Map<String, String> runFile() throws IOException {
        Map<String, String> values = new TreeMap<>();
        for (String line : Files.readAllLines(home().resolve("cache/hub.run"))) {
            values.put(line.substring(0, line.indexOf('=')), line.substring(line.indexOf('=') + 1));
        }
        return values;
    }

    /** Returns a free port below the range of ephemeral ports. */
    private static int freePort() {
        return ThreadLocalRandom.current()
                .ints(1_000, 10_000, 32_768)
                .filter(Hub::isFree)
                .findFirst()
                .orElseThrow(() -> new AssertionError("No free port below 32768"));
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException taken) {
            return false;
        }
    }
}
