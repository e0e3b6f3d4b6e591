package io.datahub.store.disk;

import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Where bytes wait until they become a record: a folder from which a rename into the tree is atomic. It lies under the
 * state, or in a reserved folder of the tree where the state is on another disk.
 */
public final class Staging {

    private final Path folder;
    private final String run;
    private final AtomicLong next = new AtomicLong();

    /** Chooses the folder and removes what an earlier run left in either. */
    public Staging(Path state, Path files) throws IOException {
        Path inState = state.resolve("staging");
        Path inFiles = files.resolve(Tree.RESERVED);
        byte[] random = new byte[4];
        new SecureRandom().nextBytes(random);
        run = HexFormat.of().formatHex(random);
        Files.createDirectories(inState);
        clear(inState);
        boolean left = Stat.of(inFiles).filter(Stat::isDirectory).isPresent();
        if (!left) {
            Files.createDirectory(inFiles);
        }
        clear(inFiles);
        if (isOneDisk(inState, inFiles)) {
            Files.delete(inFiles);
            folder = inState;
        } else {
            folder = inFiles;
        }
    }

    private static boolean isOneDisk(Path from, Path to) throws IOException {
        Path probe = Files.createTempFile(from, "probe", "");
        try {
            Path moved = to.resolve(probe.getFileName());
            Disk.replace(probe, moved);
            Files.delete(moved);
            return true;
        } catch (AtomicMoveNotSupportedException e) {
            Files.delete(probe);
            return false;
        }
    }

    private static void clear(Path folder) throws IOException {
        try (DirectoryStream<Path> left = Files.newDirectoryStream(folder)) {
            for (Path file : left) {
                Files.delete(file);
            }
        }
    }

    public Path folder() {
        return folder;
    }

    /** A name that nobody has used. */
    public Path fresh() {
        return folder.resolve(run + "-" + next.getAndIncrement());
    }
}
