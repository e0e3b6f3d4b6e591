package io.datahub.store.core;

import io.datahub.api.log.LogText;
import io.datahub.api.path.RecordPath;
import io.datahub.records.settings.StoreSettings;
import io.datahub.records.staging.StagedFile;
import io.datahub.store.metadata.IndexEntry;
import io.datahub.store.metadata.LastGoodCopyEntry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies of the last valid versions of validated records, for rollback. Their total size is limited, but the users file
 * is always kept. Damaged copies are not used. Thread-safe.
 */
public final class LastGoodVersions {

    private static final Logger LOG = LoggerFactory.getLogger(LastGoodVersions.class);
    private static final String USERS_PREFIX = "users-";

    private final Path folder;
    private final StoreContext context;
    private final AtomicLong bytes = new AtomicLong();

    public LastGoodVersions(Path folder, StoreContext context) throws IOException {
        this.folder = folder;
        this.context = context;
        Files.createDirectories(folder);
    }

    /**
     * Removes orphaned copies. Called before the first copy is kept and after all intents are processed, since an
     * intent may own a copy.
     *
     * @param keepUsers whether copies of the users file are kept even if the index doesn't reference them
     */
    public void sweep(boolean keepUsers) throws IOException {
        Set<String> known = new HashSet<>();
        context.metadata().forEachLastGoodCopy(copy -> {
            known.add(copy.file());
            bytes.addAndGet(copy.size());
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

    /**
     * Copies a staged version if its size is within the limits. The copy takes effect once the index references it.
     */
    public Optional<LastGoodCopyEntry> keep(RecordPath path, StagedFile staged) throws IOException {
        return keep(path, staged.size(), staged.sha256(), file -> Files.copy(staged.path(), file));
    }

    /** Copies a version that is already in the tree, if its size is within the limits. */
    public Optional<LastGoodCopyEntry> keep(RecordPath path, long size, String sha256) throws IOException {
        return keep(path, size, sha256, file -> {
            try (InputStream bytes = Channels.newInputStream(context.tree().open(path))) {
                Files.copy(bytes, file);
            }
        });
    }

    /** Writes a copy. */
    private interface Copying {
        void to(Path file) throws IOException;
    }

    private Optional<LastGoodCopyEntry> keep(RecordPath path, long size, String sha256, Copying copying)
            throws IOException {
        boolean users = path.equals(RecordPath.USERS);
        if (!users && !fits(size)) {
            return Optional.empty();
        }
        String name = (users ? USERS_PREFIX : "") + sha256.substring(0, 16) + "-" + UUID.randomUUID();
        copying.to(folder.resolve(name));
        bytes.addAndGet(size);
        return Optional.of(new LastGoodCopyEntry(name, size, sha256));
    }

    private boolean fits(long size) {
        StoreSettings current = context.settings().get();
        return size <= current.maxLastGoodFileBytes() && bytes.get() + size <= current.maxLastGoodBytes();
    }

    /** Deletes a copy that is no longer referenced, or never was. */
    public void discard(Optional<LastGoodCopyEntry> copy) {
        copy.ifPresent(existing -> {
            try {
                if (Files.deleteIfExists(folder.resolve(existing.file()))) {
                    bytes.addAndGet(-existing.size());
                }
            } catch (IOException e) {
                LOG.warn(
                        "event=store.last-good-copy.delete-failed file={} reason={}",
                        LogText.quoted(existing.file()),
                        LogText.quoted(e));
            }
        });
    }

    /** The copy of exactly this version, if there is one. */
    public Optional<Path> find(RecordPath path, IndexEntry entry) throws IOException {
        return context.metadata()
                .lastGoodCopy(path)
                .filter(copy -> copy.sha256().equals(entry.sha256()))
                .map(copy -> folder.resolve(copy.file()))
                .filter(Files::isRegularFile);
    }

    /**
     * Stages and flushes a copy of exactly this version, with its modification time; empty if there is none or it is
     * damaged.
     */
    public Optional<StagedFile> restore(RecordPath path, IndexEntry entry) throws IOException {
        Optional<Path> copy = find(path, entry);
        if (copy.isEmpty()) {
            return Optional.empty();
        }
        StagedFile staged = StagedFile.copyOf(copy.get(), context.staging().newFile());
        try {
            staged.flush();
            if (!staged.sha256().equals(entry.sha256())) {
                LOG.error(
                        "event=store.last-good-copy.corrupt path={} file={}",
                        LogText.quoted(path),
                        LogText.quoted(copy.get()));
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

    /**
     * The newest copy of the users file, whether or not the index references it: the last resort when the index was
     * damaged.
     */
    public Optional<Path> newestUsers() throws IOException {
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
