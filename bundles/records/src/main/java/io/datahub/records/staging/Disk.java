package io.datahub.records.staging;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** File system operations whose durability or atomicity matters. */
public final class Disk {

    private Disk() {}

    /** Moves a file atomically, replacing an existing one, so that readers see either the old or the new file. */
    public static void replace(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Whether a failure, or one of its causes, is a full disk or an exceeded disk quota. */
    public static boolean isFull(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String reason = cause instanceof FileSystemException e ? e.getReason() : cause.getMessage();
            if (reason != null && (reason.contains("No space left") || reason.contains("quota exceeded"))) {
                return true;
            }
        }
        return false;
    }
}
