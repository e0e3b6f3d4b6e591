package io.datahub.validators.command;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * A process with all its descendants. A marker in its environment, which descendants inherit, finds on Linux also those
 * that were detached from it (daemons). Not thread-safe.
 */
final class ProcessTree implements AutoCloseable {

    private static final String MARKER_VARIABLE = "DATAHUB_VALIDATION";
    private static final Path PROC = Path.of("/proc");
    private static final int MAX_ATTEMPTS = 50;

    private final String marker = UUID.randomUUID().toString();
    private final Process process;

    ProcessTree(ProcessBuilder builder) throws IOException {
        builder.environment().put(MARKER_VARIABLE, marker);
        process = builder.start();
    }

    Process process() {
        return process;
    }

    /** Kills all processes, and returns only after the first process has ended. */
    @Override
    public void close() {
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            List<ProcessHandle> aliveProcesses = aliveProcesses();
            if (aliveProcesses.isEmpty()) {
                return;
            }
            aliveProcesses.forEach(ProcessHandle::destroyForcibly);
            aliveProcesses.forEach(handle -> handle.onExit()
                    .orTimeout(1, TimeUnit.SECONDS)
                    .exceptionally(late -> handle)
                    .join());
        }
    }

    private List<ProcessHandle> aliveProcesses() {
        List<ProcessHandle> found = new ArrayList<>(process.descendants().toList());
        if (process.isAlive()) {
            found.add(process.toHandle());
        }
        if (Files.isDirectory(PROC)) {
            addMarkedProcesses(found);
        }
        found.removeIf(handle -> !handle.isAlive());
        return found;
    }

    private void addMarkedProcesses(List<ProcessHandle> found) {
        String expected = MARKER_VARIABLE + "=" + marker;
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path entry : entries) {
                if (environment(entry).contains(expected)) {
                    ProcessHandle.of(Long.parseLong(entry.getFileName().toString()))
                            .filter(handle -> !found.contains(handle))
                            .ifPresent(found::add);
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException("the processes of the system can't be listed", e);
        }
    }

    private static String environment(Path entry) {
        try {
            return Files.readString(entry.resolve("environ"), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return ""; // owned by another user, or already ended
        }
    }
}
