package io.datahub.ssh.rsync;

import io.datahub.api.log.LogText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The directory of one transfer. It is deleted at its end; those of a hub that was killed, at the next start. */
final class SessionFolder implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SessionFolder.class);

    /** The system property that identifies this process. */
    private static final String RUN = "io.datahub.ssh.rsync.run";

    /** Where there is a file system in memory, if there is one; on Linux there usually is. */
    private static final Path MEMORY = Path.of("/dev/shm");

    private static final String MEMORY_PREFIX = "datahub-rsync-";

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
            delete(all, child -> {
                boolean isOfThisRun = child.getFileName().toString().startsWith(thisRun());
                if (!isOfThisRun) {
                    delete(inMemory(child), each -> false);
                }
                return isOfThisRun;
            });
        }
    }

    /** The directory in memory that belongs to a transfer. */
    private static Path inMemory(Path folder) {
        return MEMORY.resolve(MEMORY_PREFIX + folder.getFileName());
    }

    /** What the names of this process's directories begin with, whichever version of the bundle makes them. */
    private static String thisRun() {
        return System.getProperties()
                        .computeIfAbsent(RUN, key -> UUID.randomUUID().toString()) + "-";
    }

    /** Creates a directory, with those that the program writes to. */
    static SessionFolder create(Path all) throws IOException {
        SessionFolder folder = new SessionFolder(all.resolve(thisRun() + UUID.randomUUID()));
        for (Path each :
                new Path[] {folder.received(), folder.unfinished(), folder.times(), folder.sent(), folder.copies()}) {
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

    /** Copies of records that the program can't see. */
    Path copies() {
        return root.resolve("copies");
    }

    /** Creates an empty directory in memory; empty if the machine has no such file system. */
    Optional<Path> makeInMemory() {
        try {
            if (!Files.isDirectory(MEMORY) || !Files.getFileStore(MEMORY).type().equals("tmpfs")) {
                return Optional.empty();
            }
            return Optional.of(Files.createDirectory(
                    inMemory(root),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))));
        } catch (IOException e) {
            LOG.debug("event=ssh.rsync.no-memory reason={}", LogText.quoted(e));
            return Optional.empty();
        }
    }

    /** Deletes the directory in memory. */
    void deleteInMemory() {
        delete(inMemory(root), child -> false);
    }

    @Override
    public void close() {
        deleteInMemory();
        delete(root, child -> false);
    }

    private static void delete(Path folder, Predicate<Path> spared) {
        try {
            if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
                new Deletion(folder).run(spared);
            }
        } catch (IOException e) {
            LOG.warn("event=ssh.rsync.files-left directory={} reason={}", LogText.quoted(folder), LogText.quoted(e));
        }
    }
}
