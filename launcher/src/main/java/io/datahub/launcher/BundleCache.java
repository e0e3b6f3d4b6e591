package io.datahub.launcher;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The framework's own copy of the bundles. It is thrown away when it came from another build of the distribution, and
 * when the start that filled it never got as far as a ready hub.
 */
final class BundleCache {

    private final Path cache;
    private final Path mark;
    private final String build;

    BundleCache(Path cache, Path distribution) throws IOException {
        this.cache = cache;
        this.mark = cache.resolve("distribution.id");
        this.build = fingerprint(distribution);
    }

    /** Empties the cache unless it is complete and of this very build. */
    void openOrRebuild() throws IOException {
        if (!Files.exists(mark) || !Files.readString(mark).equals(build)) {
            empty();
        }
        Files.createDirectories(cache.resolve("tmp"));
    }

    /** The hub was seen to be ready with this cache. */
    void complete() throws IOException {
        Files.writeString(mark, build);
    }

    private void empty() throws IOException {
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
        for (String part : List.of("lib", "system", "etc")) {
            try (Stream<Path> files = Files.walk(distribution.resolve(part))) {
                for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                    FileTime modified = Files.getLastModifiedTime(file);
                    text.append(distribution.relativize(file))
                            .append(' ')
                            .append(
                                    mayChangeUnderItsName(file)
                                            ? Sha256.of(file)
                                            : Files.size(file) + " " + modified.toMillis())
                            .append('\n');
                }
            }
        }
        return Sha256.of(text.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** Whether builds of one version may differ in it; all of them have the same times. */
    private static boolean mayChangeUnderItsName(Path file) {
        return file.getFileName().toString().startsWith("datahub-")
                || !file.getFileName().toString().endsWith(".jar");
    }
}
