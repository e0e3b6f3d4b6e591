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

/** Tells the other commands of the launcher which process runs the hub and where to ask it: {@code cache/hub.run}. */
final class RunFile {

    private final Path file;

    RunFile(Home home) {
        this.file = home.cache().resolve("hub.run");
    }

    /** How far the hub is; the launcher's script reads the word. */
    enum Progress {
        STARTING,
        OVERDUE,
        READY
    }

    void write(Endpoints endpoints, Progress progress) throws IOException {
        Path fresh = file.resolveSibling("hub.run.fresh");
        Files.write(
                fresh,
                List.of(
                        "pid=" + ProcessHandle.current().pid(),
                        "http.host=" + endpoints.http().reachableHost(),
                        "http.port=" + endpoints.http().port(),
                        "zeromq.host=" + endpoints.zeromq().reachableHost(),
                        "zeromq.port=" + endpoints.zeromq().port(),
                        "console.host=" + endpoints.console().reachableHost(),
                        "console.port=" + endpoints.console().port(),
                        "progress=" + progress.name().toLowerCase(Locale.ROOT)));
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Where the hub takes ZeroMQ, as host and port, if one runs. */
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
