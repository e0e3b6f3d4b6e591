package io.datahub.store.record;

import io.datahub.api.record.RecordPath;
import io.datahub.store.disk.FileStat;
import io.datahub.store.disk.Tree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** What is particular about the file of the users. */
final class UsersFile {

    private UsersFile() {}

    /** Makes the users file, and no other, the hub's own. */
    static void restrict(RecordPath path, Path file) throws IOException {
        if (path.equals(RecordPath.USERS)
                && file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        }
    }

    /** Whether an edit on disk can only have come from the hub's own user or from root. */
    static boolean isTrusted(Tree tree, FileStat file, int hub) throws IOException {
        return tree.lookUp(RecordPath.ROOT).stat().isWritableOnlyBy(hub) && file.isWritableOnlyBy(hub);
    }
}
