package io.datahub.ssh.rsync;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Makes directories whose paths are too long for this machine, as programs can by relative paths. */
final class DeepFolder {

    private static final int LEVELS = 20;
    private static final String NAME = "x".repeat(240);

    private DeepFolder() {}

    /** Makes a directory that has a file far below it. */
    static void create(Path folder) throws IOException {
        Path outer = folder.resolveSibling("outer");
        Files.createDirectory(folder);
        Files.writeString(folder.resolve("file"), "1");
        for (int i = 0; i < LEVELS; i++) {
            Files.createDirectory(outer);
            Files.move(folder, outer.resolve(NAME));
            Files.move(outer, folder);
        }
    }
}
