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

    BundleCache(Path cache, Path distribution) throws IOException {
        this.cache = cache;
        this.marker = cache.resolve("distribution.id");
        this.build = fingerprint(distribution);
    }

    /** Deletes the cache unless it is complete and was filled from this build. */
    void openOrRebuild() throws IOException {
        if (!Files.exists(marker) || !Files.readString(marker).equals(build)) {
            delete();
        }
        Files.createDirectories(cache.resolve("tmp"));
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
