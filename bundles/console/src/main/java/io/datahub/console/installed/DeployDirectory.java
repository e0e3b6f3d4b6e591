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
 * The files in a hot-deploy directory, and those of them that are still not installed after a grace period. For one
 * thread.
 */
final class DeployDirectory {

    /** How long a file may remain unchanged before it has to be installed. */
    private static final long GRACE_PERIOD_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Path directory;
    private final Function<Path, Optional<String>> failureReason;
    private final LongSupplier nanos;
    private final Map<String, Seen> observed = new HashMap<>();

    /**
     * Watches a directory.
     *
     * @param failureReason why a file isn't installed, or empty if it is; called only for files that have been
     *     unchanged for the grace period
     */
    DeployDirectory(Path directory, Function<Path, Optional<String>> failureReason, LongSupplier nanos) {
        this.directory = directory;
        this.failureReason = failureReason;
        this.nanos = nanos;
    }

    /** A state of a file and the time at which it was first observed. */
    private record Seen(String state, long since) {}

    /** Returns the names of the files that aren't installed, and the reasons. */
    Map<String, String> failures() throws IOException {
        Map<String, String> failures = new TreeMap<>();
        List<Path> files = files();
        observed.keySet().retainAll(files.stream().map(DeployDirectory::name).toList());
        for (Path file : files) {
            BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
            String state = now.size() + " " + now.lastModifiedTime() + " " + now.fileKey();
            Seen before = observed.get(name(file));
            if (before == null || !before.state().equals(state)) {
                observed.put(name(file), new Seen(state, nanos.getAsLong()));
            } else if (nanos.getAsLong() - before.since() >= GRACE_PERIOD_NANOS) {
                failureReason.apply(file).ifPresent(reason -> failures.put(name(file), reason));
            }
        }
        return failures;
    }

    private List<Path> files() throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> !name(file).startsWith(".") && Files.isRegularFile(file))
                    .toList();
        }
    }

    private static String name(Path file) {
        return file.getFileName().toString();
    }
}
