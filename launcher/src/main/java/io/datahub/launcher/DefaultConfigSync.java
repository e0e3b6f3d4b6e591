package io.datahub.launcher;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Brings the shipped defaults into the home, and leaves what the operator changed.
 *
 * <p>A manifest in the home has the hash of each file as it was shipped. A file that still has that hash was never
 * touched: it follows the new version, and goes when it is no longer shipped. Any other stays as it is, and one that
 * the operator removed stays away.
 */
final class DefaultConfigSync {

    private static final String MANIFEST = ".shipped";

    private final Path shipped;
    private final Path installed;

    DefaultConfigSync(Path shipped, Path installed) {
        this.shipped = shipped;
        this.installed = installed;
    }

    /** Returns the names of the files that the operator changed and that were shipped anew since the last time. */
    Set<String> synchronise() throws IOException {
        Map<String, String> before = readManifest();
        Map<String, String> now = hashes();
        Set<String> kept = new TreeSet<>();
        for (Map.Entry<String, String> file : now.entrySet()) {
            if (!bring(file.getKey(), file.getValue(), before.get(file.getKey()))) {
                kept.add(file.getKey());
            }
        }
        for (Map.Entry<String, String> file : before.entrySet()) {
            if (!now.containsKey(file.getKey())) {
                retire(installed.resolve(file.getKey()), file.getValue());
            }
        }
        writeManifest(now);
        return kept;
    }

    private boolean bring(String name, String hash, String hashBefore) throws IOException {
        Path target = installed.resolve(name);
        if (!Files.exists(target)) {
            if (hashBefore == null) {
                copy(name, target);
            }
            return true;
        }
        String present = Sha256.of(target);
        if (present.equals(hash)) {
            return true;
        }
        if (present.equals(hashBefore)) {
            copy(name, target);
            return true;
        }
        return hash.equals(hashBefore);
    }

    private void copy(String name, Path target) throws IOException {
        Files.createDirectories(target.getParent());
        Path fresh = target.resolveSibling(target.getFileName() + ".fresh");
        Files.copy(shipped.resolve(name), fresh, StandardCopyOption.REPLACE_EXISTING);
        Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void retire(Path target, String hashBefore) throws IOException {
        if (Files.exists(target) && Sha256.of(target).equals(hashBefore)) {
            Files.delete(target);
        }
    }

    private Map<String, String> hashes() throws IOException {
        Map<String, String> hashes = new TreeMap<>();
        try (Stream<Path> files = Files.walk(shipped)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                hashes.put(shipped.relativize(file).toString(), Sha256.of(file));
            }
        }
        return hashes;
    }

    private Map<String, String> readManifest() throws IOException {
        Path manifest = installed.resolve(MANIFEST);
        if (!Files.exists(manifest)) {
            return Map.of();
        }
        String text = new String(Files.readAllBytes(manifest), StandardCharsets.UTF_8); // damaged lines name no file
        return text.lines()
                .map(line -> line.split("  ", 2))
                .filter(parts -> parts.length == 2)
                .collect(Collectors.toMap(parts -> parts[1], parts -> parts[0], (a, b) -> b, TreeMap::new));
    }

    private void writeManifest(Map<String, String> hashes) throws IOException {
        Path fresh = installed.resolve(MANIFEST + ".fresh");
        Files.write(
                fresh,
                hashes.entrySet().stream()
                        .map(file -> file.getValue() + "  " + file.getKey())
                        .toList());
        Files.move(fresh, installed.resolve(MANIFEST), StandardCopyOption.ATOMIC_MOVE);
    }
}
