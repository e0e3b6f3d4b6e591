package io.datahub.watcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.Set;

/**
 * The top of a tree, which can go away under the hub: unmounted, renamed, replaced. What lies at its path then isn't what
 * the hub knows, and must not be taken for it. For any thread.
 */
final class WatchRoot {

    /** File systems that others can change without the operating system here hearing of it. */
    private static final Set<String> REMOTE = Set.of(
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
    private final Optional<Object> original;

    /** The root as it is now. */
    WatchRoot(Path path) {
        this.path = path;
        original = identity();
    }

    Path path() {
        return path;
    }

    /** The kind of its file system, if others can change it unheard. */
    Optional<String> remote() {
        try {
            String type = Files.getFileStore(path).type();
            return Optional.of(type).filter(name -> REMOTE.contains(name) || name.startsWith("fuse"));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Why it isn't there; empty if it is. */
    Optional<String> absence() {
        try {
            BasicFileAttributes now = Files.readAttributes(path, BasicFileAttributes.class);
            if (!now.isDirectory()) {
                return Optional.of(path + " is no directory; bring it back");
            }
            return Optional.ofNullable(now.fileKey()).equals(original)
                    ? Optional.empty()
                    : Optional.of(
                            path + " is another directory than when the hub started; put the right one back (mount"
                                    + " it), or restart the hub to go on with this one");
        } catch (IOException e) {
            return Optional.of(path + " is gone; put it back, or make an empty one and restart the hub: " + e);
        }
    }

    /** Tells this directory from another one that is put in its place. */
    Optional<Object> identity() {
        try {
            return Optional.ofNullable(
                    Files.readAttributes(path, BasicFileAttributes.class).fileKey());
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
