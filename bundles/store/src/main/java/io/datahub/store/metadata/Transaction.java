package io.datahub.store.metadata;

import io.datahub.api.record.Change;
import io.datahub.api.record.Cursor;
import io.datahub.api.record.RecordPath;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** Writes to index, journal and intents that come to last together. Used under the ledger's lock only. */
public final class Transaction {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int ETAG_HASH = 16;

    private final MetadataDatabase books;
    private final String source;
    private final Usage usage;
    private final List<Change> changes = new ArrayList<>(2);

    Transaction(MetadataDatabase books, String source, Usage usage) {
        this.books = books;
        this.source = source;
        this.usage = usage;
    }

    public void put(RecordPath path, IndexEntry entry) {
        String key = PathKeys.of(path);
        byte[] before = usage.isMeasured() ? books.index.get(key) : null;
        byte[] after = entry.pack();
        books.index.put(key, after);
        usage.changed(path, before, after);
    }

    public void remove(RecordPath path) {
        usage.changed(path, books.index.remove(PathKeys.of(path)), null);
    }

    public void putIntent(RecordPath path, Intent intent) {
        books.intents.put(PathKeys.of(path), intent.pack());
    }

    /** Drops the intent, which has been carried out or given up. */
    public void removeIntent(RecordPath path) {
        books.intents.remove(PathKeys.of(path));
    }

    public void putLastGoodCopy(RecordPath path, LastGoodCopy good) {
        books.goods.put(PathKeys.of(path), good.pack());
    }

    public void removeLastGoodCopy(RecordPath path) {
        books.goods.remove(PathKeys.of(path));
    }

    /** Notes a resumable upload, or what became of it. */
    public void putPartialUpload(String name, PartialUploadEntry upload) {
        books.unfinished.put(name, upload.pack());
    }

    public void removePartialUpload(String name) {
        books.unfinished.remove(name);
    }

    /** A new entity tag for a version with this hash, which may be unknown. */
    public String newEtag(String sha256) {
        String tail = sha256.length() < ETAG_HASH ? random() : sha256.substring(0, ETAG_HASH);
        return '"' + Long.toString(books.sequence + 1, 36) + '-' + tail + '"';
    }

    private static String random() {
        byte[] bytes = new byte[ETAG_HASH / 2];
        RANDOM.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** Gives a change its place in the journal. */
    public Change append(PendingChange draft) {
        Cursor cursor = new Cursor(books.epoch, ++books.sequence);
        Instant time = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        String json = ChangeEventWriter.write(draft, cursor, time, source);
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        books.journal.put(cursor.sequence(), bytes);
        books.journalBytes += bytes.length;
        Change change =
                new Change(draft.type(), cursor, time, draft.version(), named(draft.user()), draft.validators(), json);
        changes.add(change);
        return change;
    }

    private static Optional<String> named(String user) {
        return user.isEmpty() ? Optional.empty() : Optional.of(user);
    }

    /** Says that the index is rebuilt from the disk. */
    public void completeRebuild() {
        books.completeRebuild();
    }

    /** Remembers something until it is overwritten. */
    public void putProperty(String name, String value) {
        books.putProperty(name, value);
    }

    List<Change> changes() {
        return changes;
    }
}
