package io.datahub.watcher;

import io.datahub.api.log.FailureText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.Set;

/**
 * The root of a watched tree, which can disappear while the hub is running: unmounted, renamed or replaced. A different
 * directory at its path must not be mistaken for it. Thread-safe.
 */
final class WatchRoot {

    /** File systems that other machines can change without a notification on this one. */
    private static final Set<String> REMOTE_TYPES = Set.of(
            "nfs",
            "nfs4",
            "cifs",
            "smb3",
            "smbfs",
            "9p",
            "afs",
            "ceph",
            "glusterfs",
            "lustre",
            "beegfs",
            "gpfs",
            "virtiofs",
            "vboxsf",
            "prl_fs",
            "ocfs2",
            "gfs2");

    private final Path path;
    private final Optional<Object> originalIdentity;

    /** Remembers the current identity of the root. */
    WatchRoot(Path path) {
        this.path = path;
        originalIdentity = identity();
    }

    Path path() {
        return path;
    }

    /** The type of its file system, if other machines can change it without a notification. */
    Optional<String> remoteType() {
        try {
            String type = Files.getFileStore(path).type();
            return Optional.of(type).filter(name -> REMOTE_TYPES.contains(name) || name.startsWith("fuse"));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Why the root is unavailable; empty if it is available. */
    Optional<String> unavailableReason() {
        try {
            BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
            if (!attributes.isDirectory()) {
                return Optional.of(path + " isn't a directory; restore the directory");
            }
            return Optional.ofNullable(attributes.fileKey()).equals(originalIdentity)
                    ? Optional.empty()
                    : Optional.of(
                            path + " is another directory than when the hub started; restore the original one (mount"
                                    + " it), or restart the hub to use this one");
        } catch (IOException e) {
            return Optional.of(path + " is missing; restore it, or create an empty directory and restart the hub: "
                    + FailureText.of(e));
        }
    }

    /** The identity of the directory, which differs for a directory that replaces it; empty if unknown. */
    Optional<Object> identity() {
        try {
            return Optional.ofNullable(
                    Files.readAttributes(path, BasicFileAttributes.class).fileKey());
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
