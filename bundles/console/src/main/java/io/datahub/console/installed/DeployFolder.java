package io.datahub.console.installed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * The files in a folder that is installed from, and those among them that have been there for a while and aren't installed.
 * For one thread.
 */
final class DeployFolder {

    /** How long a file may stay as it is before it has to be installed. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Path folder;
    private final Function<Path, Optional<String>> fault;
    private final LongSupplier nanos;
    private final Map<String, Seen> seen = new HashMap<>();

    /**
     * Watches a folder.
     *
     * @param fault why a file isn't installed, or nothing if it is; asked once for each state of a file that is at fault
     */
    DeployFolder(Path folder, Function<Path, Optional<String>> fault, LongSupplier nanos) {
        this.folder = folder;
        this.fault = fault;
        this.nanos = nanos;
    }

    /** A state of a file and when it was seen first. */
    private record Seen(String state, long since) {}

    /** The names of the files that aren't installed, and why. */
    Map<String, String> failures() throws IOException {
        Map<String, String> failures = new TreeMap<>();
        List<Path> files = files();
        seen.keySet().retainAll(files.stream().map(DeployFolder::name).toList());
        for (Path file : files) {
            BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
            String state = now.size() + " " + now.lastModifiedTime() + " " + now.fileKey();
            Seen before = seen.get(name(file));
            if (before == null || !before.state().equals(state)) {
                seen.put(name(file), new Seen(state, nanos.getAsLong()));
            } else if (nanos.getAsLong() - before.since() >= PATIENCE_NANOS) {
                fault.apply(file).ifPresent(reason -> failures.put(name(file), reason));
            }
        }
        return failures;
    }

    private List<Path> files() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> !name(file).startsWith(".") && Files.isRegularFile(file))
                    .toList();
        }
    }

    private static String name(Path file) {
        return file.getFileName().toString();
    }
}
