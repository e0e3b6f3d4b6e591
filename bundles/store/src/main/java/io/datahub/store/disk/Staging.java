package io.datahub.store.disk;

import io.datahub.api.file.FileStat;
import io.datahub.records.guard.ReservedPaths;
import io.datahub.records.staging.Disk;
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
 * The staging directory, from which a rename into the tree is atomic. It is below the state directory, or in a reserved
 * directory of the tree if the state is on another disk.
 */
public final class Staging {

    /** The directory of lasting drafts below the state directory. */
    public static final String LASTING_DRAFTS = "uploads";

    /** A file in the directory of lasting drafts of a backup, which doesn't contain their bytes. */
    public static final String RESTORED = "restored";

    private final Path folder;
    private final Path lastingDrafts;
    private final String runId;
    private final AtomicLong next = new AtomicLong();

    /** Chooses the directory and deletes what an earlier run left in either. */
    public Staging(Path state, Path files) throws IOException {
        Path inState = state.resolve("staging");
        Path inFiles = files.resolve(ReservedPaths.NAME);
        byte[] random = new byte[4];
        new SecureRandom().nextBytes(random);
        runId = HexFormat.of().formatHex(random);
        Files.createDirectories(inState);
        deleteLeftovers(inState);
        boolean existed = FileStat.of(inFiles).filter(FileStat::isDirectory).isPresent();
        if (!existed) {
            Files.createDirectory(inFiles);
        }
        deleteLeftovers(inFiles);
        boolean sameDisk = isSameDisk(inState, inFiles);
        folder = sameDisk ? inState : inFiles;
        lastingDrafts = (sameDisk ? state : inFiles).resolve(LASTING_DRAFTS);
        Files.createDirectories(lastingDrafts);
        moveDrafts((sameDisk ? inFiles : state).resolve(LASTING_DRAFTS));
        if (sameDisk) {
            Files.delete(inFiles);
        }
    }

    /**
     * Moves lasting drafts here from the other location, which was used if the disks were laid out differently in an
     * earlier run.
     */
    private void moveDrafts(Path from) throws IOException {
        if (Files.isDirectory(from, LinkOption.NOFOLLOW_LINKS)) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(from)) {
                for (Path file : files) {
                    Files.move(file, lastingDrafts.resolve(file.getFileName()));
                }
            }
            Files.delete(from);
        }
    }

    private static boolean isSameDisk(Path from, Path to) throws IOException {
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

    private static void deleteLeftovers(Path folder) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                if (!file.endsWith(LASTING_DRAFTS)) {
                    Files.delete(file);
                }
            }
        }
    }

    public Path folder() {
        return folder;
    }

    /**
     * The directory of lasting drafts, which are kept across restarts; a rename from it into the tree is atomic too.
     */
    public Path lastingDrafts() {
        return lastingDrafts;
    }

    /** A path in the staging directory that wasn't used before. */
    public Path newFile() {
        return folder.resolve(runId + "-" + next.getAndIncrement());
    }
}
