package io.datahub.ssh.rsync;

import io.datahub.api.log.LogText;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The directory of one transfer. It is deleted at its end; those of a hub that was killed, at the next start. */
final class SessionFolder implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SessionFolder.class);

    private final Path root;

    private SessionFolder(Path root) {
        this.root = root;
    }

    /**
     * Deletes what earlier runs have left.
     *
     * @param all the directory of all transfers
     */
    static void deleteAll(Path all) {
        new SessionFolder(all).close();
    }

    /** Creates a directory, with those that the program writes to. */
    static SessionFolder create(Path all) throws IOException {
        SessionFolder folder = new SessionFolder(all.resolve(UUID.randomUUID().toString()));
        for (Path each : new Path[] {folder.received(), folder.unfinished(), folder.times(), folder.sent()}) {
            Files.createDirectories(each);
        }
        return folder;
    }

    /** What the program may write to. */
    Path written() {
        return root.resolve("hub");
    }

    /** The files that were received, by their paths as records. */
    Path received() {
        return written().resolve("received");
    }

    /** Files that are being received. */
    Path unfinished() {
        return written().resolve("unfinished");
    }

    /** Files with the sizes and times of records. */
    Path times() {
        return root.resolve("times");
    }

    /** What may be sent, by the paths of the records. */
    Path sent() {
        return root.resolve("sent");
    }

    @Override
    public void close() {
        try {
            delete(root);
        } catch (IOException e) {
            LOG.warn("event=ssh.rsync.files-left directory={} reason={}", LogText.quoted(root), LogText.quoted(e));
        }
    }

    private static void delete(Path file) throws IOException {
        if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
            try (DirectoryStream<Path> children = Files.newDirectoryStream(file)) {
                for (Path child : children) {
                    deleteChild(child);
                }
            }
        }
        Files.deleteIfExists(file);
    }

    /** Deletes a file by one system call; only directories cost more. */
    private static void deleteChild(Path child) throws IOException {
        try {
            if (!Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS)) {
                Files.delete(child);
                return;
            }
        } catch (NoSuchFileException e) {
            return;
        }
        delete(child);
    }
}
