package io.datahub.watcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/**
 * Knows directories that hold no directory without reading them: on some file systems a directory has a link from each
 * directory in it, beside its own two. So most of a large tree needn't be listed.
 */
final class LinkCountCheck {

    private static final Set<String> COUNTING = Set.of("ext2", "ext3", "ext4", "xfs", "tmpfs", "f2fs");
    private static final String ATTRIBUTES = "unix:nlink,dev";

    /** The number of the file system; null if its links say nothing. */
    private final Object device;

    LinkCountCheck(Path root) throws IOException {
        boolean counts = root.getFileSystem().supportedFileAttributeViews().contains("unix")
                && COUNTING.contains(Files.getFileStore(root).type());
        device = counts ? Files.getAttribute(root, "unix:dev") : null;
    }

    /** Whether the directory certainly holds no other one. */
    boolean contain(Path directory) throws IOException {
        if (device == null) {
            return false;
        }
        Map<String, Object> now = Files.readAttributes(directory, ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
        return device.equals(now.get("dev")) && Integer.valueOf(2).equals(now.get("nlink"));
    }
}
