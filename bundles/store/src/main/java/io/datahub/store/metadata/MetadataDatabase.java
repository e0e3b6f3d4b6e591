package io.datahub.store.metadata;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
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

/** The file with index, journal, intents and good copies, open. Everything in it is written by {@link MetadataStore} alone. */
final class MetadataDatabase {

    private static final Logger LOG = LoggerFactory.getLogger("io.datahub.store");
    private static final int RETENTION_MILLIS = 10_000;

    /** Parts of the file are written anew of which less is in use. */
    private static final int REWRITE_PERCENT = 80;

    /** Parts of the file are moved together where less of it is in use. */
    private static final int MOVE_PERCENT = 95;

    private static final Pattern EPOCH_FORM = Pattern.compile("[0-9a-z]{1,32}");
    private static final String EPOCH = "epoch";
    private static final String SEQUENCE = "sequence";
    private static final String JOURNAL_BYTES = "journalBytes";
    private static final String REBUILDING = "rebuilding";

    final ChecksummedMap<String> index;
    final ChecksummedMap<Long> journal;
    final ChecksummedMap<String> intents;
    final ChecksummedMap<String> goods;
    final ChecksummedMap<String> unfinished;

    /** Names this life of the journal. */
    final String epoch;

    /** The number of the newest entry; guarded by the ledger's lock. */
    long sequence;

    /** The size of the journal's entries; guarded by the ledger's lock. */
    long journalBytes;

    private final PageFile pages;
    private final MVStore store;
    private final MVMap<String, String> facts;

    private MetadataDatabase(PageFile pages, MVStore store, boolean rebuilding) {
        this.pages = pages;
        this.store = store;
        index = ChecksummedMap.byText(store, "index");
        journal = ChecksummedMap.byNumber(store, "journal");
        intents = ChecksummedMap.byText(store, "intents");
        goods = ChecksummedMap.byText(store, "goods");
        unfinished = ChecksummedMap.byText(store, "unfinished");
        facts = store.openMap(
                "facts",
                new MVMap.Builder<String, String>()
                        .keyType(new ChecksummedMap.Texts())
                        .valueType(new ChecksummedMap.Texts()));
        epoch = Objects.requireNonNullElseGet(facts.get(EPOCH), MetadataDatabase::newEpoch);
        if (!EPOCH_FORM.matcher(epoch).matches()) {
            throw new Corruption.Found("the journal's name isn't as it was written");
        }
        facts.put(EPOCH, epoch);
        if (rebuilding) {
            facts.put(REBUILDING, "true");
        }
        sequence = Long.parseLong(facts.getOrDefault(SEQUENCE, "0"));
        journalBytes = Long.parseLong(facts.getOrDefault(JOURNAL_BYTES, "0"));
    }

    private static String newEpoch() {
        return Long.toString(Instant.now().getEpochSecond(), 36)
                + Integer.toString(new SecureRandom().nextInt(36 * 36 * 36), 36);
    }

    /**
     * Opens the file, or begins it. A damaged one is set aside.
     *
     * @param damage what is known already; what is possible is looked for in all of the file
     * @param reached the number that an epoch certainly reached, so that a file whose end is missing is found out
     * @throws IOException if the file is somebody else's, can't be written, or the disk fails
     */
    static MetadataDatabase open(Path file, int cacheMiB, Corruption damage, ToLongFunction<String> reached)
            throws IOException {
        if (Files.exists(file) && !Files.isWritable(file)) {
            throw new IOException(file + " can't be written; give it to the user that the hub runs as");
        }
        String why = "it was found while it was read";
        if (damage != Corruption.CERTAIN) {
            try {
                return sound(file, cacheMiB, damage, reached);
            } catch (RuntimeException e) {
                if (e instanceof MVStoreException failure && failure.getErrorCode() == DataUtils.ERROR_FILE_LOCKED) {
                    throw new IOException(file + " is in use by another hub; stop that one first", e);
                }
                if (Corruption.of(e) == Corruption.NONE) {
                    throw new IOException(file + " can't be read: " + e.getMessage(), e);
                }
                why = String.valueOf(e.getMessage());
            }
        }
        Path aside = file.resolveSibling(
                file.getFileName() + ".damaged-" + Instant.now().toEpochMilli());
        if (Files.exists(file)) {
            Files.move(file, aside);
        }
        LOG.warn(
                "event=state-damaged file={} aside={} why=\"{}\" consequence=\"the index is rebuilt from the disk; the"
                        + " journal begins anew, consumers get 410 and list again\"",
                file,
                aside.getFileName(),
                why.lines().findFirst().orElse("").replace('"', '\''));
        PageFile pages = pages(file, cacheMiB);
        return new MetadataDatabase(pages, store(pages), true);
    }

    private static MetadataDatabase sound(Path file, int cacheMiB, Corruption damage, ToLongFunction<String> reached)
            throws IOException {
        if (Files.exists(file) && Files.size(file) == 0) {
            throw new Corruption.Found("it is empty");
        }
        PageFile pages = pages(file, cacheMiB);
        MVStore store = store(pages);
        try {
            MetadataDatabase books = new MetadataDatabase(pages, store, false);
            if (reached.applyAsLong(books.epoch) > books.sequence) {
                throw new Corruption.Found("its end is missing");
            }
            books.requireWholeJournal();
            if (damage == Corruption.POSSIBLE) {
                books.readAll();
            }
            return books;
        } catch (RuntimeException e) {
            store.closeImmediately();
            throw e;
        }
    }

    private void requireWholeJournal() {
        Long first = journal.firstKey();
        if (first != null && journal.size() != sequence - first + 1) {
            throw new Corruption.Found("the journal lacks entries");
        }
    }

    private void readAll() {
        index.forEach((key, value) -> IndexEntry.unpack(value));
        intents.forEach((key, value) -> Intent.unpack(value));
        goods.forEach((key, value) -> LastGoodCopy.unpack(value));
        journal.forEach((key, value) -> {});
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

    /** Whether the index is still to be rebuilt from the disk, since the file before this one was damaged. */
    boolean isRebuilding() {
        return facts.containsKey(REBUILDING);
    }

    /** Says that the index is rebuilt; under the ledger's lock. */
    void completeRebuild() {
        facts.remove(REBUILDING);
    }

    /** What was remembered under that name; for any thread. */
    Optional<String> property(String name) {
        return Optional.ofNullable(facts.get(name));
    }

    /** Remembers something; under the ledger's lock. */
    void putProperty(String name, String value) {
        facts.put(name, value);
    }

    /** Writes what was changed since, as one. It lasts only after {@link #sync}. */
    void commit() {
        facts.put(SEQUENCE, Long.toString(sequence));
        facts.put(JOURNAL_BYTES, Long.toString(journalBytes));
        store.commit();
    }

    /** Makes what was committed survive a power cut. */
    void sync() {
        store.sync();
    }

    /** How much of the file is in use, in percent: the rest was left by old versions. */
    int livePercent() {
        return pages.getFillRate() * pages.getChunksFillRate() / 100;
    }

    /** Gives back some of the room in the file that old versions took, by moving about so many bytes. */
    void compact(int bytes) {
        if (store.compact(REWRITE_PERCENT, bytes)) {
            commit();
            sync();
        }
        pages.compactMoveChunks(MOVE_PERCENT, bytes, store);
    }

    /** Says for how long room isn't used again, so that a power cut finds what was there before; at first ten seconds. */
    void retain(int millis) {
        store.setRetentionTime(millis);
    }

    long committedJournalBytes() {
        return Long.parseLong(facts.getOrDefault(JOURNAL_BYTES, "0"));
    }

    long fileBytes() {
        return store.getFileStore().size();
    }

    /** How much room is left on the disk, in bytes. */
    long usableBytes() {
        return new java.io.File(pages.getFileName()).getUsableSpace();
    }

    void close() {
        store.close();
    }

    /** Closes the file as a killed process would leave it. */
    void abandon() {
        store.closeImmediately();
    }
}
