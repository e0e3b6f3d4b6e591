package io.datahub.store.metadata;

import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Cursor;
import io.datahub.records.change.ChangeEventWriter;
import io.datahub.records.change.PendingChange;
import io.datahub.store.pages.CorruptionCertainty;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;

/** A database that is filled with the records and the journal of another store. For one thread. */
public final class NewMetadata implements AutoCloseable {

    private static final int CACHE_MIB = 8;
    private static final int COMMIT_AFTER = 1_000;

    private final MetadataDatabase database;
    private final String source;
    private int changes;

    /**
     * Creates the file.
     *
     * @param epoch of the journal
     * @param oldest the number before its oldest entry
     * @param source the CloudEvents source of its events
     */
    public NewMetadata(Path file, String epoch, long oldest, String source) throws IOException {
        this.source = source;
        database = MetadataDatabase.open(file, CACHE_MIB, CorruptionCertainty.NONE, any -> 0);
        database.adopt(epoch, oldest);
    }

    public void put(RecordPath path, IndexEntry entry) {
        database.index.put(PathKeys.of(path), entry.pack());
        changed();
    }

    public boolean hasRecord(RecordPath path) {
        return database.index.get(PathKeys.of(path)) != null;
    }

    /** Records that a directory was made on purpose. */
    public void putMadeDirectory(RecordPath directory) {
        database.madeDirectories.put(PathKeys.of(directory), new byte[0]);
        changed();
    }

    public boolean isMadeDirectory(RecordPath directory) {
        return database.madeDirectories.get(PathKeys.of(directory)) != null;
    }

    /**
     * Appends an entry to the journal.
     *
     * @throws IOException if it isn't the next one
     */
    public void append(long number, Instant time, PendingChange change) throws IOException {
        if (number != database.sequence + 1) {
            throw new IOException("entry " + (database.sequence + 1) + " of the journal is missing");
        }
        database.sequence = number;
        String json = ChangeEventWriter.write(change, new Cursor(database.epoch, number), time, source);
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        database.journal.put(number, bytes);
        database.journalBytes += bytes.length;
        changed();
    }

    private void changed() {
        if (++changes % COMMIT_AFTER == 0) {
            database.commit();
        }
    }

    /** Makes everything durable. */
    public void finish() {
        database.commit();
        database.sync();
    }

    @Override
    public void close() {
        database.close();
    }
}
