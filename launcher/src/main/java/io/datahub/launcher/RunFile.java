package io.datahub.launcher;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;

/**
 * The file {@code cache/hub.run}, from which the other commands of the launcher learn the ID of the hub's process and
 * its addresses.
 */
final class RunFile {

    private final Path file;

    RunFile(HubHome home) {
        this.file = home.cache().resolve("hub.run");
    }

    /** The progress of the start; the launcher's script reads the value. */
    enum Progress {
        STARTING,
        OVERDUE,
        READY
    }

    void write(Endpoints endpoints, Progress progress) throws IOException {
        Path temporary = file.resolveSibling("hub.run.fresh");
        Files.write(
                temporary,
                List.of(
                        "pid=" + ProcessHandle.current().pid(),
                        "http.host=" + endpoints.http().reachableHost(),
                        "http.port=" + endpoints.http().port(),
                        "zeromq.host=" + endpoints.zeromq().reachableHost(),
                        "zeromq.port=" + endpoints.zeromq().port(),
                        "console.host=" + endpoints.console().reachableHost(),
                        "console.port=" + endpoints.console().port(),
                        "progress=" + progress.name().toLowerCase(Locale.ROOT)));
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Returns the host and port of the hub's ZeroMQ endpoint; empty if no hub is running. */
    Optional<String> zeromq() throws IOException {
        Properties values = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            values.load(reader);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        String host = values.getProperty("zeromq.host");
        return Optional.ofNullable(host)
                .map(name ->
                        (name.indexOf(':') < 0 ? name : "[" + name + "]") + ":" + values.getProperty("zeromq.port"));
    }

    void remove() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            System.err.println("Can't remove " + file + ": " + e.getMessage());
        }
    }
}
