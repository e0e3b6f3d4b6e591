package io.datahub.ssh.rsync;

import io.datahub.api.log.LogText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The directory of one transfer. It is deleted at its end; those of a hub that was killed, at the next start. */
final class SessionFolder implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SessionFolder.class);

    /** The system property that identifies this process. */
    private static final String RUN = "io.datahub.ssh.rsync.run";

    private final Path root;

    private SessionFolder(Path root) {
        this.root = root;
    }

    /**
     * Deletes what earlier runs of the hub have left, and nothing of this one: transfers may still be running.
     *
     * @param all the directory of all transfers
     */
    static void deleteAll(Path all) {
        if (Files.isDirectory(all)) {
            new SessionFolder(all)
                    .delete(child -> child.getFileName().toString().startsWith(thisRun()));
        }
    }

    /** What the names of this process's directories begin with, whichever version of the bundle makes them. */
    private static String thisRun() {
        return System.getProperties()
                        .computeIfAbsent(RUN, key -> UUID.randomUUID().toString()) + "-";
    }

    /** Creates a directory, with those that the program writes to. */
    static SessionFolder create(Path all) throws IOException {
        SessionFolder folder = new SessionFolder(all.resolve(thisRun() + UUID.randomUUID()));
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
        delete(child -> false);
    }

    private void delete(Predicate<Path> spared) {
        try {
            new Deletion(root).run(spared);
        } catch (IOException e) {
            LOG.warn("event=ssh.rsync.files-left directory={} reason={}", LogText.quoted(root), LogText.quoted(e));
        }
    }
}
