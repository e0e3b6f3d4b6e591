package io.datahub.store.ledger;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Objects;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.h2.mvstore.type.ByteArrayDataType;
import org.h2.mvstore.type.LongDataType;
import org.h2.mvstore.type.StringDataType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The file with index, journal, intents and good copies, open. Everything in it is written by {@link Ledger} alone. */
final class Books {

    private static final Logger LOG = LoggerFactory.getLogger("io.datahub.store");
    private static final int RETENTION_MILLIS = 10_000;
    private static final String EPOCH = "epoch";
    private static final String SEQUENCE = "sequence";
    private static final String JOURNAL_BYTES = "journalBytes";

    final MVMap<String, byte[]> index;
    final MVMap<Long, byte[]> journal;
    final MVMap<String, byte[]> intents;
    final MVMap<String, byte[]> goods;

    /** Names this life of the journal. */
    final String epoch;

    /** Whether the file before this one was damaged, so that the index has to be rebuilt from the disk. */
    final boolean rebuilt;

    /** The number of the newest entry; guarded by the ledger's lock. */
    long sequence;

    /** The size of the journal's entries; guarded by the ledger's lock. */
    long journalBytes;

    private final MVStore store;
    private final MVMap<String, String> facts;

    private Books(MVStore store, boolean rebuilt) {
        this.store = store;
        this.rebuilt = rebuilt;
        index = store.openMap("index", bytesBy(StringDataType.INSTANCE));
        journal = store.openMap("journal", bytesBy(LongDataType.INSTANCE));
        intents = store.openMap("intents", bytesBy(StringDataType.INSTANCE));
        goods = store.openMap("goods", bytesBy(StringDataType.INSTANCE));
        facts = store.openMap("facts");
        epoch = Objects.requireNonNullElseGet(facts.get(EPOCH), Books::newEpoch);
        facts.put(EPOCH, epoch);
        sequence = Long.parseLong(facts.getOrDefault(SEQUENCE, "0"));
        journalBytes = Long.parseLong(facts.getOrDefault(JOURNAL_BYTES, "0"));
    }

    private static <K> MVMap.Builder<K, byte[]> bytesBy(org.h2.mvstore.type.DataType<K> keys) {
        return new MVMap.Builder<K, byte[]>().keyType(keys).valueType(ByteArrayDataType.INSTANCE);
    }

    private static String newEpoch() {
        return Long.toString(Instant.now().getEpochSecond(), 36)
                + Integer.toString(new SecureRandom().nextInt(36 * 36 * 36), 36);
    }

    /**
     * Opens the file, or begins it.
     *
     * @param damaged whether it is known to be damaged, so that it must be set aside
     * @throws IOException if the file is somebody else's, can't be written, or the disk fails
     */
    static Books open(Path file, int cacheMiB, boolean damaged) throws IOException {
        if (Files.exists(file) && !Files.isWritable(file)) {
            throw new IOException(file + " can't be written; give it to the user that the hub runs as");
        }
        if (!damaged) {
            try {
                return new Books(store(file, cacheMiB), false);
            } catch (MVStoreException e) {
                if (e.getErrorCode() == DataUtils.ERROR_FILE_LOCKED) {
                    throw new IOException(file + " is in use by another hub; stop that one first", e);
                }
                LOG.debug("state file={} failure={}", file, e.toString());
            } catch (IllegalArgumentException | IllegalStateException e) {
                LOG.debug("state file={} failure={}", file, e.toString());
            }
        }
        Path aside = file.resolveSibling(
                file.getFileName() + ".damaged-" + Instant.now().toEpochMilli());
        if (Files.exists(file)) {
            Files.move(file, aside);
        }
        LOG.error(
                "event=state-damaged file={} aside={} consequence=\"the index is rebuilt from the disk; the journal"
                        + " begins anew, consumers get 410 and list again\"",
                file,
                aside.getFileName());
        return new Books(store(file, cacheMiB), true);
    }

    private static MVStore store(Path file, int cacheMiB) throws IOException {
        PageFile pages;
        try {
            pages = new PageFile(file, cacheMiB);
        } catch (MVStoreException e) {
            if (e.getCause() instanceof IOException cause) {
                throw cause;
            }
            throw e;
        }
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

    /** Gives back room in the file that old versions took; false if there was nothing to do. */
    boolean compact() {
        return store.compact(50, 4 << 20);
    }

    long fileBytes() {
        return store.getFileStore().size();
    }

    void close() {
        store.close();
    }

    /** Closes the file as a killed process would leave it. */
    void abandon() {
        store.closeImmediately();
    }

    /** Whether the failure says that the file's contents are wrong, and not that the disk failed. */
    static boolean isDamage(Throwable failure) {
        return failure instanceof MVStoreException e
                && (e.getErrorCode() == DataUtils.ERROR_FILE_CORRUPT
                        || e.getErrorCode() == DataUtils.ERROR_CHUNK_NOT_FOUND
                        || e.getErrorCode() == DataUtils.ERROR_BLOCK_NOT_FOUND);
    }
}
