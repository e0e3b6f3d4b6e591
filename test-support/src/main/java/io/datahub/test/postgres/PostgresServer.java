package io.datahub.test.postgres;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;

/**
 * A real PostgreSQL server of a test's own: Debian's programs, in a temporary folder, on a port of the loopback
 * interface. Not thread-safe.
 */
public final class PostgresServer implements AutoCloseable {

    private static final Path INSTALLED = Path.of("/usr/lib/postgresql");
    private static final int FIRST_PORT = 20_000;
    private static final int END_PORT = 32_000;
    private static final String USER = "postgres";

    private final Path programs;
    private final Path folder;
    private final int port;

    /** Ends the server with the tests, should they be ended before they have closed it. */
    private final Thread atExit = new Thread(this::end);

    private PostgresServer(Path programs) throws IOException {
        this.programs = programs;
        folder = Files.createTempDirectory("datahub-postgres");
        port = freePort();
        if (isRoot()) { // the server refuses to run as root
            run("chown", USER, folder.toString());
        }
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /**
     * Starts an empty primary. Where PostgreSQL isn't installed, the test is skipped, or fails on a CI system.
     *
     * @param settings of the server, such as {@code fsync=off}
     */
    public static PostgresServer start(String... settings) throws IOException {
        PostgresServer server = new PostgresServer(programs());
        server.run(server.program("initdb"), "-D", server.data(), "-U", USER, "-A", "trust", "-E", "UTF8", "-N");
        server.startUp(settings);
        return server;
    }

    private static Path programs() throws IOException {
        Optional<Path> found = Optional.empty();
        if (Files.isDirectory(INSTALLED)) {
            try (Stream<Path> versions = Files.list(INSTALLED)) {
                found = versions.map(version -> version.resolve("bin"))
                        .filter(programs -> Files.isExecutable(programs.resolve("initdb")))
                        .max(Comparator.naturalOrder());
            }
        }
        if (found.isEmpty() && "true".equals(System.getenv("CI"))) {
            throw new IllegalStateException("PostgreSQL isn't installed; install the Debian package postgresql");
        }
        Assumptions.assumeTrue(
                found.isPresent(), "skipped without PostgreSQL: install the Debian package postgresql to run it");
        return found.get();
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    private static int freePort() {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(FIRST_PORT, END_PORT);
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException e) {
                // it is in use
            }
        }
    }

    private String program(String name) {
        return programs.resolve(name).toString();
    }

    private String data() {
        return folder.resolve("data").toString();
    }

    private void startUp(String... settings) throws IOException {
        String options = Stream.concat(
                        Stream.of(
                                "listen_addresses=127.0.0.1",
                                "unix_socket_directories=" + folder,
                                "shared_buffers=64MB",
                                "max_connections=60"),
                        Arrays.stream(settings))
                .map(setting -> "-c '" + setting + "'")
                .collect(Collectors.joining(" "));
        String log = folder.resolve("log").toString();
        run(program("pg_ctl"), "-D", data(), "-l", log, "-o", "-p " + port + " " + options, "-w", "-t", "60", "start");
    }

    /**
     * Starts a standby of this server, which streams.
     *
     * @param name by which {@code synchronous_standby_names} of this server names it
     * @param settings of the standby
     */
    public PostgresServer startStandby(String name, String... settings) throws IOException {
        PostgresServer standby = new PostgresServer(programs);
        String source = "host=127.0.0.1 port=" + port + " user=" + USER + " application_name=" + name;
        standby.run(program("pg_basebackup"), "-D", standby.data(), "-R", "-X", "stream", "-c", "fast", "-d", source);
        standby.startUp(settings);
        Awaitility.await()
                .until(() -> sql("select count(*) from pg_stat_replication where state = 'streaming'")
                        .equals("1"));
        return standby;
    }

    /** The JDBC URL of a database that one of these servers, the primary at a time, has. */
    public static String url(String database, PostgresServer... servers) {
        String hosts =
                Arrays.stream(servers).map(server -> "127.0.0.1:" + server.port).collect(Collectors.joining(","));
        return "jdbc:postgresql://" + hosts + "/" + database + "?user=" + USER;
    }

    /** Runs a statement as superuser; returns its rows. */
    public String sql(String statement) throws IOException {
        return sql(USER, statement);
    }

    /** Likewise in a database. */
    public String sql(String database, String statement) throws IOException {
        return run(psql(database, statement).toArray(String[]::new)).strip();
    }

    private List<String> psql(String database, String statement) {
        List<String> command = new ArrayList<>(List.of(program("psql"), "-X", "-q", "-A", "-t"));
        command.addAll(List.of("-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", "" + port, "-U", USER));
        command.addAll(List.of("-d", database, "-c", statement));
        return command;
    }

    /**
     * Starts a program with four clients that execute a statement again and again; its process is the caller's to end.
     *
     * @param schema the schema of the tables
     */
    public Process startLoad(String database, String schema, String statement) throws IOException {
        Path script = Files.writeString(folder.resolve("load.sql"), statement);
        List<String> command = new ArrayList<>(List.of(program("pgbench"), "-n", "-c", "4", "-T", "600"));
        command.addAll(List.of("-f", script.toString(), "-h", "127.0.0.1", "-p", "" + port, "-U", USER, database));
        ProcessBuilder load =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        load.environment().put("PGOPTIONS", "-c search_path=" + schema);
        return load.start();
    }

    /** Makes a standby the primary. */
    public void promote() throws IOException {
        run(program("pg_ctl"), "-D", data(), "-w", "promote");
    }

    /** Kills all its processes. */
    public void kill() throws IOException {
        List<ProcessHandle> all = processes();
        signal("KILL", all);
        Awaitility.await().until(() -> all.stream().noneMatch(ProcessHandle::isAlive));
    }

    /** Stops all its processes, until they are continued; connections stay open. */
    public void freeze() throws IOException {
        signal("STOP", processes());
    }

    /** Continues all its processes. */
    public void thaw() throws IOException {
        signal("CONT", processes());
    }

    /** Sends a signal to processes that haven't ended yet. */
    public static void signal(String name, List<ProcessHandle> processes) throws IOException {
        for (ProcessHandle process : processes) {
            try {
                execute(List.of("kill", "-" + name, Long.toString(process.pid())));
            } catch (IOException e) {
                if (process.isAlive()) {
                    throw e;
                }
            }
        }
    }

    private List<ProcessHandle> processes() throws IOException {
        Path file = folder.resolve("data").resolve("postmaster.pid");
        if (!Files.exists(file)) {
            return List.of();
        }
        long pid = Long.parseLong(Files.readAllLines(file).get(0).strip());
        return ProcessHandle.of(pid).stream()
                .flatMap(server -> Stream.concat(Stream.of(server), server.descendants()))
                .toList();
    }

    /** Runs a program as the user that the server runs as; returns what it prints. */
    private String run(String... command) throws IOException {
        List<String> all = new ArrayList<>();
        if (isRoot() && !command[0].equals("chown")) {
            all.addAll(List.of("runuser", "-u", USER, "--"));
        }
        all.addAll(List.of(command));
        return execute(all);
    }

    private static String execute(List<String> command) throws IOException {
        Path output = Files.createTempFile("datahub-postgres", ".out"); // a pipe would stay open in the server
        try {
            Process process = new ProcessBuilder(command)
                    .directory(new File("/"))
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            if (!process.waitFor(2, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new IOException("takes too long: " + command);
            }
            String text = Files.readString(output, StandardCharsets.UTF_8);
            if (process.exitValue() != 0) {
                throw new IOException(command + ": " + text);
            }
            return text;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        } finally {
            Files.delete(output);
        }
    }

    /** Ends the server at once and deletes its folder. */
    @Override
    public void close() {
        Runtime.getRuntime().removeShutdownHook(atExit);
        end();
    }

    private void end() {
        try {
            List<ProcessHandle> all = processes();
            if (!all.isEmpty()) {
                signal("CONT", all);
                kill();
            }
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
