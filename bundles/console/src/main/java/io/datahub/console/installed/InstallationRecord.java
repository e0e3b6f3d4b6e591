package io.datahub.console.installed;

import io.datahub.api.file.AtomicFile;
import io.datahub.console.installed.Installation.OwnBundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The file in which an {@link Installation} is stored: one entry per line, human-readable. The copies of the bundles
 * are in the same directory.
 */
final class InstallationRecord {

    private static final String REPOSITORY = "repository ";
    private static final String FEATURE = "feature ";
    private static final String WITHOUT = "without ";
    private static final String BUNDLE = "bundle ";
    private static final int BUNDLE_WORDS = 5;

    private final Path directory;
    private final Path file;

    InstallationRecord(Path directory) {
        this.directory = directory;
        this.file = directory.resolve("installed.txt");
    }

    Path directory() {
        return directory;
    }

    Installation read() throws IOException {
        if (!Files.exists(file)) {
            return Installation.none();
        }
        List<String> lines = Files.readAllLines(file);
        List<OwnBundle> bundles = new ArrayList<>();
        for (String line : lines) {
            String[] words = line.split(" ", BUNDLE_WORDS);
            if (line.startsWith(BUNDLE) && words.length == BUNDLE_WORDS) {
                bundles.add(new OwnBundle(words[4], Integer.parseInt(words[2]), words[1].equals("started"), words[3]));
            }
        }
        return new Installation(
                valuesOf(lines, REPOSITORY), valuesOf(lines, FEATURE), valuesOf(lines, WITHOUT), bundles);
    }

    /** Replaces the record and deletes the copies that it no longer references. */
    void write(Installation installation) throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add("# What was installed (or uninstalled) at run time. Written by the hub.");
        new TreeSet<>(installation.repositories()).forEach(uri -> lines.add(REPOSITORY + uri));
        new TreeSet<>(installation.features()).forEach(feature -> lines.add(FEATURE + feature));
        new TreeSet<>(installation.without()).forEach(name -> lines.add(WITHOUT + name));
        installation
                .bundles()
                .forEach(bundle -> lines.add(BUNDLE
                        + (bundle.started() ? "started " : "stopped ") + bundle.startLevel() + " " + bundle.file() + " "
                        + bundle.location()));
        AtomicFile.write(file, AtomicFile.Access.READABLE, partial -> Files.write(partial, lines));
        deleteUnreferencedCopies(
                installation.bundles().stream().map(OwnBundle::file).toList());
    }

    private void deleteUnreferencedCopies(List<String> referenced) throws IOException {
        try (Stream<Path> copies = Files.list(directory)) {
            for (Path copy :
                    copies.filter(path -> path.toString().endsWith(".jar")).toList()) {
                if (!referenced.contains(copy.getFileName().toString())) {
                    Files.delete(copy);
                }
            }
        }
    }

    private static Set<String> valuesOf(List<String> lines, String kind) {
        Set<String> values = new TreeSet<>();
        lines.stream().filter(line -> line.startsWith(kind)).forEach(line -> values.add(line.substring(kind.length())));
        return values;
    }
}
