package io.datahub.watcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/**
 * Identifies directories without subdirectories by their link count, without reading them: on some file systems a
 * directory has one link from each of its subdirectories in addition to its own two. This avoids listing most
 * directories of a large tree.
 */
final class LinkCountCheck {

    private static final Set<String> COUNTING_FILE_SYSTEMS = Set.of("ext2", "ext3", "ext4", "xfs", "tmpfs", "f2fs");
    private static final String ATTRIBUTES = "unix:nlink,dev";

    /** The device number of the file system; null if its link counts can't be used. */
    private final Object device;

    LinkCountCheck(Path root) throws IOException {
        boolean isCounting = root.getFileSystem().supportedFileAttributeViews().contains("unix")
                && COUNTING_FILE_SYSTEMS.contains(Files.getFileStore(root).type());
        device = isCounting ? Files.getAttribute(root, "unix:dev") : null;
    }

    /** Whether the directory definitely has no subdirectories. */
    boolean hasNoSubdirectories(Path directory) throws IOException {
        if (device == null) {
            return false;
        }
        Map<String, Object> attributes = Files.readAttributes(directory, ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
        return device.equals(attributes.get("dev")) && Integer.valueOf(2).equals(attributes.get("nlink"));
    }
}
