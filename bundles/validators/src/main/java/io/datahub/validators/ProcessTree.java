package io.datahub.validators;

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
 * A process with whatever it started. It carries a mark in its environment, which its descendants inherit, so that on Linux
 * also those are found that put themselves into the background. For one thread.
 */
final class ProcessTree implements AutoCloseable {

    private static final String VARIABLE = "DATAHUB_JUDGEMENT";
    private static final Path PROC = Path.of("/proc");
    private static final int ROUNDS = 50;

    private final String mark = UUID.randomUUID().toString();
    private final Process process;

    ProcessTree(ProcessBuilder builder) throws IOException {
        builder.environment().put(VARIABLE, mark);
        process = builder.start();
    }

    Process process() {
        return process;
    }

    /** Ends all of them, and doesn't return before the first one has ended. */
    @Override
    public void close() {
        for (int round = 0; round < ROUNDS; round++) {
            List<ProcessHandle> alive = alive();
            if (alive.isEmpty()) {
                return;
            }
            alive.forEach(ProcessHandle::destroyForcibly);
            alive.forEach(one -> one.onExit()
                    .orTimeout(1, TimeUnit.SECONDS)
                    .exceptionally(late -> one)
                    .join());
        }
    }

    private List<ProcessHandle> alive() {
        List<ProcessHandle> found = new ArrayList<>(process.descendants().toList());
        if (process.isAlive()) {
            found.add(process.toHandle());
        }
        if (Files.isDirectory(PROC)) {
            addMarked(found);
        }
        found.removeIf(one -> !one.isAlive());
        return found;
    }

    private void addMarked(List<ProcessHandle> found) {
        String wanted = VARIABLE + "=" + mark;
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path entry : entries) {
                if (environment(entry).contains(wanted)) {
                    ProcessHandle.of(Long.parseLong(entry.getFileName().toString()))
                            .filter(one -> !found.contains(one))
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
            return ""; // somebody else's, or gone
        }
    }
}
