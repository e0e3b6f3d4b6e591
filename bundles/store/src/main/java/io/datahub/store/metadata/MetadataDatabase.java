package io.datahub.store.metadata;

import io.datahub.api.log.LogText;
import io.datahub.api.path.RecordPath;
import io.datahub.store.pages.ChecksummedMap;
import io.datahub.store.pages.CorruptionCertainty;
import io.datahub.store.pages.CorruptionException;
import io.datahub.store.pages.PageFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.ToLongFunction;
import java.util.regex.Pattern;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The open database file with index, journal, intents, last good copies, lasting drafts and the state of adapters. All
 * writes go through {@link MetadataStore}.
 */
final class MetadataDatabase {

    private static final Logger LOG = LoggerFactory.getLogger(MetadataDatabase.class);
    private static final int RETENTION_MILLIS = 10_000;

    /** Chunks with less live data than this are rewritten. */
    private static final int REWRITE_BELOW_PERCENT = 80;

    /** Chunks are moved together where less of the file than this is in use. */
    private static final int MOVE_BELOW_PERCENT = 95;

    private static final Pattern EPOCH_FORM = Pattern.compile("[0-9a-z]{1,32}");
    private static final String EPOCH = "epoch";
    private static final String SEQUENCE = "sequence";
    private static final String JOURNAL_BYTES = "journalBytes";
    private static final String REBUILDING = "rebuilding";

    final ChecksummedMap<String> index;
    final ChecksummedMap<Long> journal;
    final ChecksummedMap<String> intents;
    final ChecksummedMap<String> lastGoodCopies;
    final ChecksummedMap<String> lastingDrafts;
    final AdapterStateTable adapters;

    /** Directories that were made on purpose; the values are empty. */
    final ChecksummedMap<String> madeDirectories;

    /** Identifies this incarnation of the journal; written before the database is shared. */
    String epoch;

    /** The sequence number of the newest entry; guarded by the commit lock. */
    long sequence;

    /** The total size of the journal entries, in bytes; guarded by the commit lock. */
    long journalBytes;

    private final PageFile pages;
    private final MVStore store;
    private final MVMap<String, String> properties;

    private MetadataDatabase(PageFile pages, MVStore store, boolean rebuilding) {
        this.pages = pages;
        this.store = store;
        index = ChecksummedMap.withTextKeys(store, "index");
        journal = ChecksummedMap.withLongKeys(store, "journal");
        intents = ChecksummedMap.withTextKeys(store, "intents");
        lastGoodCopies = ChecksummedMap.withTextKeys(store, "goods");
        lastingDrafts = ChecksummedMap.withTextKeys(store, "unfinished");
        adapters = new AdapterStateTable(store);
        madeDirectories = ChecksummedMap.withTextKeys(store, "directories");
        properties = store.openMap(
                "facts",
                new MVMap.Builder<String, String>()
                        .keyType(new ChecksummedMap.Texts())
                        .valueType(new ChecksummedMap.Texts()));
        epoch = Objects.requireNonNullElseGet(properties.get(EPOCH), MetadataDatabase::newEpoch);
        if (!EPOCH_FORM.matcher(epoch).matches()) {
            throw new CorruptionException("the journal's epoch is malformed");
        }
        properties.put(EPOCH, epoch);
        if (rebuilding) {
            properties.put(REBUILDING, "true");
        }
        sequence = Long.parseLong(properties.getOrDefault(SEQUENCE, "0"));
        journalBytes = Long.parseLong(properties.getOrDefault(JOURNAL_BYTES, "0"));
    }

    /**
     * Begins a new epoch with an empty journal, before the database is shared: after a restore, numbers that follow may
     * have been given to other changes before. The sequence goes on.
     */
    void beginEpoch() {
        epoch = newEpoch();
        properties.put(EPOCH, epoch);
        journal.clear();
        journalBytes = 0;
        commit();
        sync();
    }

    /** Begins with the epoch and the numbers of another journal, before the database is shared. */
    void adopt(String other, long last) {
        epoch = other;
        properties.put(EPOCH, epoch);
        sequence = last;
    }

    private static String newEpoch() {
        return Long.toString(Instant.now().getEpochSecond(), 36)
                + Integer.toString(new SecureRandom().nextInt(36 * 36 * 36), 36);
    }

    /**
     * Opens or creates the database file. A corrupt file is renamed and replaced by an empty one.
     *
     * @param corruption what is known already; for {@code POSSIBLE} the whole file is verified
     * @param reachedSequence returns the sequence number that an epoch has certainly reached, to detect a truncated
     *     file
     * @throws IOException if the file is in use by another process, can't be written, or the disk fails
     */
    static MetadataDatabase open(
            Path file, int cacheMiB, CorruptionCertainty corruption, ToLongFunction<String> reachedSequence)
            throws IOException {
        if (Files.exists(file) && !Files.isWritable(file)) {
            throw new IOException(file + " is not writable; make the hub's user its owner");
        }
        String reason = "corruption was detected while reading";
        if (corruption != CorruptionCertainty.CERTAIN) {
            try {
                return openIntact(file, cacheMiB, corruption, reachedSequence);
            } catch (RuntimeException e) {
                if (e instanceof MVStoreException failure && failure.getErrorCode() == DataUtils.ERROR_FILE_LOCKED) {
                    throw new IOException(file + " is in use by another hub; stop that hub first", e);
                }
                if (CorruptionCertainty.of(e) == CorruptionCertainty.NONE) {
                    throw new IOException(file + " can't be read: " + e.getMessage(), e);
                }
                reason = String.valueOf(e.getMessage());
            }
        }
        Path damagedFile = file.resolveSibling(
                file.getFileName() + ".damaged-" + Instant.now().toEpochMilli());
        if (Files.exists(file)) {
            Files.move(file, damagedFile);
        }
        LOG.warn(
                "event=store.database.corrupt file={} renamedTo={} reason={} consequence=\"the index is rebuilt from"
                        + " files/; the journal starts again, so consumers get 410 and list the records again\"",
                LogText.quoted(file),
                LogText.quoted(damagedFile.getFileName()),
                LogText.quoted(reason.lines().findFirst().orElse("")));
        PageFile pages = pages(file, cacheMiB);
        return new MetadataDatabase(pages, store(pages), true);
    }

    private static MetadataDatabase openIntact(
            Path file, int cacheMiB, CorruptionCertainty corruption, ToLongFunction<String> reachedSequence)
            throws IOException {
        if (Files.exists(file) && Files.size(file) == 0) {
            throw new CorruptionException("the file is empty");
        }
        PageFile pages = pages(file, cacheMiB);
        MVStore store = store(pages);
        try {
            MetadataDatabase database = new MetadataDatabase(pages, store, false);
            if (reachedSequence.applyAsLong(database.epoch) > database.sequence) {
                throw new CorruptionException("the end of the file is missing");
            }
            database.requireWholeJournal();
            if (corruption == CorruptionCertainty.POSSIBLE) {
                database.verifyAll();
            }
            return database;
        } catch (RuntimeException e) {
            store.closeImmediately();
            throw e;
        }
    }

    private void requireWholeJournal() {
        Long firstEntry = journal.firstKey();
        if (firstEntry != null && journal.size() != sequence - firstEntry + 1) {
            throw new CorruptionException("journal entries are missing");
        }
    }

    private void verifyAll() {
        index.forEach((key, value) -> IndexEntry.unpack(value));
        intents.forEach((key, value) -> Intent.unpack(value));
        lastGoodCopies.forEach((key, value) -> LastGoodCopyEntry.unpack(value));
        journal.forEach((key, value) -> {});
        adapters.verify();
    }

    private static PageFile pages(Path file, int cacheMiB) throws IOException {
        try {
            return new PageFile(file, cacheMiB);
        } catch (MVStoreException e) {
            if (e.getCause() instanceof IOException cause) {
                throw cause;
            }
            throw e;
        }
    }

    private static MVStore store(PageFile pages) {
        try {
            MVStore store = new MVStore.Builder()
                    .adoptFileStore(pages)
                    .autoCommitDisabled()
                    .autoCommitBufferSize(0)
                    .open();
            store.setRetentionTime(RETENTION_MILLIS);
            store.setVersionsToKeep(0);
            return store;
        } catch (RuntimeException e) {
            pages.close();
            throw e;
        }
    }

    /** The directory and those below it, as far as they were made on purpose. */
    List<RecordPath> madeDirectories(RecordPath directory) {
        List<RecordPath> made = new ArrayList<>();
        String end = PathKeys.end(directory);
        madeDirectories.forEachFrom(PathKeys.of(directory), (key, value) -> {
            boolean inRange = key.compareTo(end) < 0;
            if (inRange) {
                made.add(PathKeys.path(key));
            }
            return inRange;
        });
        return made;
    }

    /** Whether the index still has to be rebuilt from the disk because the previous file was corrupt. */
    boolean isRebuilding() {
        return properties.containsKey(REBUILDING);
    }

    /** Marks the index as rebuilt; under the commit lock. */
    void completeRebuild() {
        properties.remove(REBUILDING);
    }

    /** Returns a stored property; for any thread. */
    Optional<String> property(String name) {
        return Optional.ofNullable(properties.get(name));
    }

    /** Stores a property; under the commit lock. */
    void putProperty(String name, String value) {
        properties.put(name, value);
    }

    /** Writes all changes since the last commit atomically. They are durable only after {@link #sync}. */
    void commit() {
        properties.put(SEQUENCE, Long.toString(sequence));
        properties.put(JOURNAL_BYTES, Long.toString(journalBytes));
        store.commit();
    }

    /** Flushes what was committed, so that it survives a power failure. */
    void sync() {
        store.sync();
    }

    /** How much of the file is live data, in percent; the rest belongs to old versions. */
    int livePercent() {
        return pages.getFillRate() * pages.getChunksFillRate() / 100;
    }

    /** Reclaims some of the space of old versions by moving about this many bytes. */
    void compact(int bytes) {
        if (store.compact(REWRITE_BELOW_PERCENT, bytes)) {
            commit();
            sync();
        }
        pages.compactMoveChunks(MOVE_BELOW_PERCENT, bytes, store);
    }

    /**
     * Sets how long freed space isn't reused, so that the previous version survives a power failure; initially ten
     * seconds.
     */
    void retain(int millis) {
        store.setRetentionTime(millis);
    }

    long committedJournalBytes() {
        return Long.parseLong(properties.getOrDefault(JOURNAL_BYTES, "0"));
    }

    long fileBytes() {
        return store.getFileStore().size();
    }

    /** Free space on the disk, in bytes. */
    long usableBytes() {
        return new java.io.File(pages.getFileName()).getUsableSpace();
    }

    void close() {
        store.close();
    }

    /** Closes the file without committing, as a killed process would leave it. */
    void abandon() {
        store.closeImmediately();
    }
}
