package io.datahub.store.record;

import io.datahub.api.record.RecordPath;
import io.datahub.store.disk.Staging;
import io.datahub.store.metadata.IndexEntry;
import io.datahub.store.metadata.LastGoodCopy;
import io.datahub.store.metadata.MetadataStore;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies of the last good versions of judged records, for putting them back. They are bounded; the users file is always
 * kept. A copy that has suffered isn't used. For any thread.
 */
final class LastGoodVersions {

    private static final Logger LOG = LoggerFactory.getLogger("io.datahub.store");
    private static final String USERS_PREFIX = "users-";

    private final Path folder;
    private final MetadataStore ledger;
    private final Staging staging;
    private final Supplier<Settings> settings;
    private final AtomicLong bytes = new AtomicLong();

    LastGoodVersions(Path folder, MetadataStore ledger, Staging staging, Supplier<Settings> settings)
            throws IOException {
        this.folder = folder;
        this.ledger = ledger;
        this.staging = staging;
        this.settings = settings;
        Files.createDirectories(folder);
    }

    /**
     * Removes copies that belong to nothing, once no intent is left that one could belong to; before any is kept.
     *
     * @param keepUsers whether those of the users file stay, since the index may not know them
     */
    void sweep(boolean keepUsers) throws IOException {
        Set<String> known = new HashSet<>();
        ledger.forEachLastGoodCopy(good -> {
            known.add(good.file());
            bytes.addAndGet(good.size());
        });
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                if (!known.contains(name) && !(keepUsers && name.startsWith(USERS_PREFIX))) {
                    Files.delete(file);
                }
            }
        }
    }

    /** Copies a staged version, if it is to be kept; the copy counts once it is entered. */
    Optional<LastGoodCopy> keep(RecordPath path, StagedFile staged) throws IOException {
        boolean users = path.equals(RecordPath.USERS);
        if (!users && !hasRoom(staged.size())) {
            return Optional.empty();
        }
        String name = (users ? USERS_PREFIX : "") + staged.sha256().substring(0, 16) + "-" + UUID.randomUUID();
        Files.copy(staged.path(), folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
        bytes.addAndGet(staged.size());
        return Optional.of(new LastGoodCopy(name, staged.size(), staged.sha256()));
    }

    private boolean hasRoom(long size) {
        Settings present = settings.get();
        return size <= present.maxGoodFileBytes() && bytes.get() + size <= present.maxGoodBytes();
    }

    /** Removes a copy that counts no more, or never did. */
    void discard(Optional<LastGoodCopy> good) {
        good.ifPresent(copy -> {
            try {
                if (Files.deleteIfExists(folder.resolve(copy.file()))) {
                    bytes.addAndGet(-copy.size());
                }
            } catch (IOException e) {
                LOG.warn("event=copy-left file={} failure=\"{}\"", copy.file(), e.toString());
            }
        });
    }

    /** The copy of exactly this version. */
    Optional<Path> find(RecordPath path, IndexEntry entry) throws IOException {
        return ledger.lastGoodCopy(path)
                .filter(good -> good.sha256().equals(entry.sha256()))
                .map(good -> folder.resolve(good.file()))
                .filter(Files::isRegularFile);
    }

    /** Stages a copy of exactly this version, looking as it did, flushed; empty if there is none or it has suffered. */
    Optional<StagedFile> restore(RecordPath path, IndexEntry entry) throws IOException {
        Optional<Path> copy = find(path, entry);
        if (copy.isEmpty()) {
            return Optional.empty();
        }
        StagedFile staged = StagedFile.copyOf(copy.get(), staging.newFile());
        try {
            staged.flush();
            if (!staged.sha256().equals(entry.sha256())) {
                LOG.error("event=copy-damaged path=\"{}\" file={}", path, copy.get());
                staged.close();
                return Optional.empty();
            }
            Files.setLastModifiedTime(staged.path(), FileTime.from(entry.modified(), TimeUnit.NANOSECONDS));
            UsersFile.restrict(path, staged.path());
            return Optional.of(staged);
        } catch (IOException | RuntimeException e) {
            staged.close();
            throw e;
        }
    }

    /** The newest copy of the users file, whatever the ledger knows: the last resort when the ledger was damaged. */
    Optional<Path> newestUsers() throws IOException {
        Path newest = null;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, USERS_PREFIX + "*")) {
            for (Path file : files) {
                if (newest == null
                        || Files.getLastModifiedTime(file).compareTo(Files.getLastModifiedTime(newest)) > 0) {
                    newest = file;
                }
            }
        }
        return Optional.ofNullable(newest);
    }
}
