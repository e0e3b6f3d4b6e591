package io.datahub.store.metadata;

import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.path.RecordUrls;
import io.datahub.api.record.Change;
import io.datahub.api.record.Cursor;
import io.datahub.api.state.StateChange;
import io.datahub.records.change.ChangeEventWriter;
import io.datahub.records.change.PendingChange;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Writes to index, journal and intents that are committed atomically. Used under the commit lock only. */
public final class Transaction {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int ETAG_HASH = 16;

    private final MetadataDatabase database;
    private final String source;
    private final RecordUrls urls;
    private final Usage usage;
    private final Consumer<RecordPath> onEntry;
    private final List<Change> changes = new ArrayList<>(2);

    /** @param onEntry called with each path whose index entry is about to change */
    Transaction(MetadataDatabase database, String source, RecordUrls urls, Usage usage, Consumer<RecordPath> onEntry) {
        this.onEntry = onEntry;
        this.database = database;
        this.source = source;
        this.urls = urls;
        this.usage = usage;
    }

    public void put(RecordPath path, IndexEntry entry) {
        onEntry.accept(path);
        String key = PathKeys.of(path);
        byte[] before = usage.isMeasured() ? database.index.get(key) : null;
        byte[] after = entry.pack();
        database.index.put(key, after);
        usage.update(path, before, after);
    }

    public void remove(RecordPath path) {
        onEntry.accept(path);
        usage.update(path, database.index.remove(PathKeys.of(path)), null);
    }

    public void putIntent(RecordPath path, Intent intent) {
        database.intents.put(PathKeys.of(path), intent.pack());
    }

    /** Removes the intent, which was carried out or abandoned. */
    public void removeIntent(RecordPath path) {
        database.intents.remove(PathKeys.of(path));
    }

    public void putLastGoodCopy(RecordPath path, LastGoodCopyEntry good) {
        database.lastGoodCopies.put(PathKeys.of(path), good.pack());
    }

    public void removeLastGoodCopy(RecordPath path) {
        database.lastGoodCopies.remove(PathKeys.of(path));
    }

    /** Records that a directory was made on purpose. */
    public RecordPath putMadeDirectory(RecordPath directory) {
        database.madeDirectories.put(PathKeys.of(directory), new byte[0]);
        return directory;
    }

    public RecordPath removeMadeDirectory(RecordPath directory) {
        database.madeDirectories.remove(PathKeys.of(directory));
        return directory;
    }

    /** Moves what is known about a directory and about those below it; forgets those whose new path is too long. */
    public void moveMadeDirectories(RecordPath source, RecordPath target) {
        for (RecordPath path : database.madeDirectories(source)) {
            removeMadeDirectory(path);
            Result<RecordPath> moved = PathKeys.moved(path, source, target);
            if (!moved.isRefused()) {
                putMadeDirectory(moved.get());
            }
        }
    }

    /** Stores a lasting draft or its new state. */
    public void putLastingDraft(String name, LastingDraftEntry draft) {
        database.lastingDrafts.put(name, draft.pack());
    }

    public void removeLastingDraft(String name) {
        database.lastingDrafts.remove(name);
    }

    /** Creates an entity tag for a version with this hash, which may be unknown. */
    public String newEtag(String sha256) {
        String tail = sha256.length() < ETAG_HASH ? random() : sha256.substring(0, ETAG_HASH);
        return '"' + Long.toString(database.sequence + 1, 36) + '-' + tail + '"';
    }

    private static String random() {
        byte[] bytes = new byte[ETAG_HASH / 2];
        RANDOM.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** Appends a change to the journal. */
    public Change append(PendingChange pending) {
        Cursor cursor = new Cursor(database.epoch, ++database.sequence);
        Instant time = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        String json = ChangeEventWriter.write(pending, cursor, time, source);
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        database.journal.put(cursor.sequence(), bytes);
        database.journalBytes += bytes.length;
        String url = urls.of(pending.version().path());
        Change change = new Change(
                pending.type(),
                cursor,
                time,
                pending.version(),
                optionalUser(pending.user()),
                pending.validators(),
                url,
                ChangeEventWriter.withUrl(json, url));
        changes.add(change);
        return change;
    }

    private static Optional<String> optionalUser(String user) {
        return user.isEmpty() ? Optional.empty() : Optional.of(user);
    }

    /** Changes entries of an adapter, as {@link io.datahub.api.state.AdapterState#update} does. */
    public Result<Long> updateAdapter(String adapter, List<StateChange> stateChanges, Instant now) {
        return database.adapters.update(adapter, stateChanges, now);
    }

    /** Removes entries of adapters that have expired, at most this many; returns how many. */
    public int removeExpiredState(Instant now, int limit) {
        return database.adapters.removeExpired(now, limit);
    }

    /** Marks the index as rebuilt from the disk. */
    public void completeRebuild() {
        database.completeRebuild();
    }

    /** Stores a property. */
    public void putProperty(String name, String value) {
        database.putProperty(name, value);
    }

    List<Change> changes() {
        return changes;
    }
}
