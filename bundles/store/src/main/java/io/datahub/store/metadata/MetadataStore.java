package io.datahub.store.metadata;

import io.datahub.api.path.RecordPath;
import io.datahub.api.record.ChangeListener;
import io.datahub.records.settings.StoreSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The index, the journal, intents, last good copies and lasting drafts. Thread-safe. Reads see submitted
 * transactions, even before they are durable; before an index entry is shown to anybody, {@link #awaitDurable} is
 * called.
 */
public final class MetadataStore implements AutoCloseable {

    /**
     * The name of a file that belongs beside a copy of the database: when that is opened, the journal begins a new
     * epoch, since the cursors after the copy may have been given to other changes.
     */
    public static final String RESTORED = DatabaseHandle.RESTORED;

    private final GroupCommit commits;

    /**
     * @param listener called with each change, in order and from one thread, once it is durable
     * @throws IOException if the file is in use, can't be written, or the disk fails
     */
    public MetadataStore(Path file, Supplier<StoreSettings> settings, ChangeListener listener) throws IOException {
        commits = new GroupCommit(file, settings, listener);
    }

    /** Sets the action to run after the database was reopened following a failure. */
    public void onReopened(Runnable action) {
        commits.handle().onReopened(action);
    }

    /** Sets the action to run when the disk is full; writing is retried afterwards. */
    public void onFull(Runnable action) {
        commits.handle().onFull(action);
    }

    /** Whether the file was corrupt and the index still has to be rebuilt from the disk. */
    public boolean isRebuilding() throws IOException {
        return read(MetadataDatabase::isRebuilding);
    }

    /** Returns a property that {@link Transaction#putProperty} stored. */
    public Optional<String> property(String name) throws IOException {
        return read(database -> database.property(name));
    }

    /**
     * Has the changes that a killed process left unannounced announced within a second, since clients have had time
     * to reconnect.
     */
    public void announcePending() {
        commits.announcePending();
    }

    /** The durable end of the journal. */
    public JournalHead head() {
        return commits.head();
    }

    /** Why the database can't be used at present; empty if it can. */
    public Optional<Throwable> failure() {
        return commits.handle().failure();
    }

    private static Function<MetadataDatabase, Optional<IndexEntry>> entryOf(RecordPath path) {
        return database ->
                Optional.ofNullable(database.index.get(PathKeys.of(path))).map(IndexEntry::unpack);
    }

    public Optional<IndexEntry> entry(RecordPath path) throws IOException {
        return read(entryOf(path));
    }

    /**
     * The index entry of a path, without waiting: empty also if it isn't durable yet, or the database has to be
     * reopened.
     */
    public Optional<IndexEntry> durableEntry(RecordPath path) throws IOException {
        MetadataDatabase database = commits.handle().current();
        if (!commits.handle().isUsable(database)) {
            return Optional.empty();
        }
        Optional<IndexEntry> entry = read(database, entryOf(path));
        return commits.isDurable(path) ? entry : Optional.empty();
    }

    /**
     * Waits until the index entries of these paths that could be read so far are durable.
     *
     * @return false if one was lost, since the disk failed, so that it has to be read again
     */
    public boolean awaitDurable(Collection<RecordPath> paths) {
        return commits.awaitDurable(paths);
    }

    public Optional<Intent> intent(RecordPath path) throws IOException {
        return read(database ->
                Optional.ofNullable(database.intents.get(PathKeys.of(path))).map(Intent::unpack));
    }

    /** Whether the directory was made on purpose, so that it is kept when it becomes empty. */
    public boolean isMadeDirectory(RecordPath directory) throws IOException {
        return read(database -> database.madeDirectories.get(PathKeys.of(directory)) != null);
    }

    /** The directory and those below it, as far as they were made on purpose. */
    public List<RecordPath> madeDirectories(RecordPath directory) throws IOException {
        return read(database -> database.madeDirectories(directory));
    }

    /** The paths of all pending intents; few. */
    public List<RecordPath> intents() throws IOException {
        return read(database -> {
            List<RecordPath> paths = new ArrayList<>();
            database.intents.forEach((key, value) -> paths.add(PathKeys.path(key)));
            return paths;
        });
    }

    public Optional<LastGoodCopyEntry> lastGoodCopy(RecordPath path) throws IOException {
        return read(database -> Optional.ofNullable(database.lastGoodCopies.get(PathKeys.of(path)))
                .map(LastGoodCopyEntry::unpack));
    }

    /** Visits all last good copies. */
    public void forEachLastGoodCopy(Consumer<LastGoodCopyEntry> visitor) throws IOException {
        read(database -> {
            database.lastGoodCopies.forEach((key, bytes) -> visitor.accept(LastGoodCopyEntry.unpack(bytes)));
            return null;
        });
    }

    /** All lasting drafts by name. */
    public Map<String, LastingDraftEntry> lastingDrafts() throws IOException {
        return read(database -> {
            Map<String, LastingDraftEntry> entries = new HashMap<>();
            database.lastingDrafts.forEach((name, bytes) -> entries.put(name, LastingDraftEntry.unpack(bytes)));
            return entries;
        });
    }

    /** Usage by prefix and user; empty until {@link #measure} is called. */
    public Usage usage() {
        return commits.usage();
    }

    /** Counts the usage below these prefixes and of all users; it is kept up to date afterwards. */
    public void measure(List<String> prefixes) throws IOException {
        commits.measure(prefixes);
    }

    /** The number of records. */
    public long size() throws IOException {
        return read(database -> database.index.size());
    }

    /** The number of journal entries. */
    public long journalEntries() throws IOException {
        return read(database -> database.journal.size());
    }

    /** The total size of the journal entries, in bytes, as of the last commit. */
    public long journalBytes() throws IOException {
        return read(MetadataDatabase::committedJournalBytes);
    }

    /** The size of the database file, in bytes. */
    public long fileBytes() throws IOException {
        return read(MetadataDatabase::fileBytes);
    }

    /** Keys and entries of the index from a key (inclusive) to an end (exclusive), in order; at most {@code limit}. */
    public List<Indexed> range(String from, String end, int limit) throws IOException {
        return read(database -> {
            List<Indexed> entries = new ArrayList<>(limit);
            database.index.forEachFrom(from, (key, bytes) -> {
                boolean inRange = key.compareTo(end) < 0;
                if (inRange) {
                    entries.add(new Indexed(key, IndexEntry.unpack(bytes)));
                }
                return inRange && entries.size() < limit;
            });
            return entries;
        });
    }

    /**
     * The names of records and of directories with records in a directory, after a given name, in order, up to a
     * limit. The cost is proportional to the number of names.
     */
    public List<String> names(RecordPath directory, String after, int limit) throws IOException {
        String begin = PathKeys.begin(directory);
        String end = PathKeys.end(directory);
        return read(database -> {
            List<String> names = new ArrayList<>();
            String key = database.index.ceilingKey(after.isEmpty() ? begin : PathKeys.after(begin, after));
            while (key != null && key.compareTo(end) < 0 && names.size() < limit) {
                String name = PathKeys.name(begin, key);
                names.add(name);
                key = database.index.ceilingKey(PathKeys.after(begin, name));
            }
            return names;
        });
    }

    /** An index entry with its key. */
    public record Indexed(String key, IndexEntry entry) {}

    <T> T read(Function<MetadataDatabase, T> query) throws IOException {
        return read(commits.handle().get(), query);
    }

    private <T> T read(MetadataDatabase database, Function<MetadataDatabase, T> query) throws IOException {
        try {
            return query.apply(database);
        } catch (RuntimeException | StackOverflowError e) {
            throw commits.fail(database, e);
        }
    }

    /**
     * Applies a transaction, which must be quick. It is durable and its changes are announced once the returned
     * future completes.
     */
    public <T> CommitFuture<T> submit(Function<Transaction, T> work) throws IOException {
        return commits.submit(work, false);
    }

    /** Likewise, by a caller who is about to wait for it, so that it isn't held back until there are more. */
    public <T> CommitFuture<T> submitAndFlush(Function<Transaction, T> work) throws IOException {
        return commits.submit(work, true);
    }

    /** Copies the database file with everything submitted so far; writers are blocked while it is copied. */
    public void copyTo(Path target) throws IOException {
        commits.copyTo(target);
    }

    /** Flushes what was submitted and closes the file. */
    @Override
    public void close() {
        commits.close();
    }

    /** Closes the file without committing, as a killed process would leave it. */
    public void abandon() {
        commits.abandon();
    }
}
