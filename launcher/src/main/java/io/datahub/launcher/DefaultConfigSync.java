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
 * Copies the shipped default configuration into the home directory and preserves the operator's changes.
 *
 * <p>A manifest in the home directory has the hash of each file as shipped. A file that still has that hash is
 * unmodified: it is updated to the new version, and deleted when it is no longer shipped. A modified file is left
 * unchanged, and a file that the operator deleted is not restored.
 */
final class DefaultConfigSync {

    private static final String MANIFEST = ".shipped";

    private final Path shipped;
    private final Path installed;

    DefaultConfigSync(Path shipped, Path installed) {
        this.shipped = shipped;
        this.installed = installed;
    }

    /**
     * Synchronizes the files, and returns the names of those that the operator modified and whose shipped version has
     * changed since the last time.
     */
    Set<String> synchronise() throws IOException {
        Map<String, String> previous = readManifest();
        Map<String, String> current = hashes();
        Set<String> kept = new TreeSet<>();
        for (Map.Entry<String, String> file : current.entrySet()) {
            if (!update(file.getKey(), file.getValue(), previous.get(file.getKey()))) {
                kept.add(file.getKey());
            }
        }
        for (Map.Entry<String, String> file : previous.entrySet()) {
            if (!current.containsKey(file.getKey())) {
                removeUnlessModified(installed.resolve(file.getKey()), file.getValue());
            }
        }
        writeManifest(current);
        return kept;
    }

    private boolean update(String name, String hash, String previousHash) throws IOException {
        Path target = installed.resolve(name);
        if (!Files.exists(target)) {
            if (previousHash == null) {
                copy(name, target);
            }
            return true;
        }
        String installedHash = FileHash.of(target);
        if (installedHash.equals(hash)) {
            return true;
        }
        if (installedHash.equals(previousHash)) {
            copy(name, target);
            return true;
        }
        return hash.equals(previousHash);
    }

    private void copy(String name, Path target) throws IOException {
        Files.createDirectories(target.getParent());
        Path temporary = target.resolveSibling(target.getFileName() + ".fresh");
        Files.copy(shipped.resolve(name), temporary, StandardCopyOption.REPLACE_EXISTING);
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void removeUnlessModified(Path target, String previousHash) throws IOException {
        if (Files.exists(target) && FileHash.of(target).equals(previousHash)) {
            Files.delete(target);
        }
    }

    private Map<String, String> hashes() throws IOException {
        Map<String, String> hashes = new TreeMap<>();
        try (Stream<Path> files = Files.walk(shipped)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                hashes.put(shipped.relativize(file).toString(), FileHash.of(file));
            }
        }
        return hashes;
    }

    private Map<String, String> readManifest() throws IOException {
        Path manifest = installed.resolve(MANIFEST);
        if (!Files.exists(manifest)) {
            return Map.of();
        }
        String text =
                new String(Files.readAllBytes(manifest), StandardCharsets.UTF_8); // damaged lines name no existing file
        return text.lines()
                .map(line -> line.split("  ", 2))
                .filter(parts -> parts.length == 2)
                .collect(Collectors.toMap(parts -> parts[1], parts -> parts[0], (a, b) -> b, TreeMap::new));
    }

    private void writeManifest(Map<String, String> hashes) throws IOException {
        Path temporary = installed.resolve(MANIFEST + ".fresh");
        Files.write(
                temporary,
                hashes.entrySet().stream()
                        .map(file -> file.getValue() + "  " + file.getKey())
                        .toList());
        Files.move(temporary, installed.resolve(MANIFEST), StandardCopyOption.ATOMIC_MOVE);
    }
}
