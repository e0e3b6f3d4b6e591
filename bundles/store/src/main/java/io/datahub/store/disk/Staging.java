package io.datahub.store.disk;

import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Where bytes wait until they become a record: a folder from which a rename into the tree is atomic. It lies under the
 * state, or in a reserved folder of the tree where the state is on another disk.
 */
public final class Staging {

    private static final String UNFINISHED = "uploads";

    private final Path folder;
    private final Path unfinished;
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
        boolean left = FileStat.of(inFiles).filter(FileStat::isDirectory).isPresent();
        if (!left) {
            Files.createDirectory(inFiles);
        }
        clear(inFiles);
        boolean oneDisk = isOneDisk(inState, inFiles);
        folder = oneDisk ? inState : inFiles;
        unfinished = (oneDisk ? state : inFiles).resolve(UNFINISHED);
        Files.createDirectories(unfinished);
        bring((oneDisk ? inFiles : state).resolve(UNFINISHED));
        if (oneDisk) {
            Files.delete(inFiles);
        }
    }

    /** Brings unfinished uploads from where they were when the folders lay on other disks. */
    private void bring(Path from) throws IOException {
        if (Files.isDirectory(from, LinkOption.NOFOLLOW_LINKS)) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(from)) {
                for (Path file : files) {
                    Files.move(file, unfinished.resolve(file.getFileName()));
                }
            }
            Files.delete(from);
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
                if (!file.endsWith(UNFINISHED)) {
                    Files.delete(file);
                }
            }
        }
    }

    public Path folder() {
        return folder;
    }

    /** Where uploads wait that go on over restarts; a rename from there into the tree is atomic too. */
    public Path uploads() {
        return unfinished;
    }

    /** A name that nobody has used. */
    public Path newFile() {
        return folder.resolve(run + "-" + next.getAndIncrement());
    }
}
