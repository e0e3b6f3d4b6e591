package io.datahub.store.core;

import io.datahub.api.file.FileStat;
import io.datahub.api.path.RecordPath;
import io.datahub.store.disk.Tree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Special handling of the users file. */
public final class UsersFile {

    private UsersFile() {}

    /** Restricts the users file, and no other, to the hub's own user. */
    public static void restrict(RecordPath path, Path file) throws IOException {
        if (path.equals(RecordPath.USERS)
                && file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        }
    }

    /** Whether only the hub's own user and root could have edited the file on disk. */
    public static boolean isTrusted(Tree tree, FileStat file, int hub) throws IOException {
        return tree.lookUp(RecordPath.ROOT).stat().isWritableOnlyBy(hub) && file.isWritableOnlyBy(hub);
    }
}
