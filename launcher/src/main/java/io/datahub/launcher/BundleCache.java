package io.datahub.launcher;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/**
 * The framework's cache of the bundles. It is deleted if it was filled from another build of the distribution, or if
 * the start that filled it never reached the ready state.
 */
final class BundleCache {

    private final Path cache;
    private final Path marker;
    private final String build;
    private final Path distribution;

    BundleCache(Path cache, Path distribution) throws IOException {
        this.cache = cache;
        this.distribution = distribution;
        this.marker = cache.resolve("distribution.id");
        this.build = fingerprint(distribution);
    }

    /**
     * Deletes the cache unless it is complete and was filled from this build.
     *
     * @throws CommandFailure if the disk has no room for the bundles: the framework would only wait for those that it
     *     couldn't install
     */
    void openOrRebuild() throws IOException, CommandFailure {
        boolean isComplete = Files.exists(marker) && Files.readString(marker).equals(build);
        if (!isComplete) {
            delete();
        }
        Files.createDirectories(cache.resolve("tmp"));
        if (!isComplete) {
            requireRoom();
        }
    }

    private void requireRoom() throws IOException, CommandFailure {
        long needed = 0;
        try (Stream<Path> bundles = Files.walk(distribution.resolve("system"))) {
            for (Path bundle : bundles.filter(Files::isRegularFile).toList()) {
                needed += Files.size(bundle);
            }
        }
        long usable = Files.getFileStore(cache).getUsableSpace();
        if (usable < needed) {
            throw new CommandFailure("No space left on the disk of " + cache + ": the bundles need " + (needed >> 20)
                    + " MiB, and " + (usable >> 20)
                    + " MiB are free; free some space, or set DATAHUB_HOME to another folder.");
        }
    }

    /** Marks the cache as complete. Called when the hub has become ready with it. */
    void complete() throws IOException {
        Files.writeString(marker, build);
    }

    private void delete() throws IOException {
        if (Files.exists(cache)) {
            try (Stream<Path> files = Files.walk(cache)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private static String fingerprint(Path distribution) throws IOException {
        StringBuilder text = new StringBuilder();
        for (String directory : List.of("lib", "system", "etc")) {
            try (Stream<Path> files = Files.walk(distribution.resolve(directory))) {
                for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                    FileTime modified = Files.getLastModifiedTime(file);
                    text.append(distribution.relativize(file))
                            .append(' ')
                            .append(Files.size(file))
                            .append(' ')
                            .append(isMutable(file) ? checksum(file) : modified.toMillis())
                            .append('\n');
                }
            }
        }
        return FileHash.of(text.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** Not a cryptographic one, which takes a quarter of a second of each start: nobody forges one's own distribution. */
    private static long checksum(Path file) throws IOException {
        CRC32 checksum = new CRC32();
        checksum.update(Files.readAllBytes(file));
        return checksum.getValue();
    }

    /**
     * Whether the content of a file may differ between builds of one version, whose files all have the same
     * modification times.
     */
    private static boolean isMutable(Path file) {
        return file.getFileName().toString().startsWith("datahub-")
                || !file.getFileName().toString().endsWith(".jar");
    }
}
