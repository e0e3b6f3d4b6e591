package io.datahub.store.metadata;

import io.datahub.api.record.Change;
import io.datahub.api.record.RecordPath;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Index, journal, intents and what is known of good copies. For any thread; reading sees what was entered, also before it
 * lasts.
 */
public final class MetadataStore implements AutoCloseable {

    private final GroupCommit commits;

    /**
     * @param herald is given each change, in order and from one thread, once it lasts
     * @throws IOException if the file is in use, can't be written, or the disk fails
     */
    public MetadataStore(Path file, Supplier<LedgerSettings> settings, Consumer<Change> herald) throws IOException {
        commits = new GroupCommit(file, settings, herald);
    }

    /** Says what to do once the books were opened again after a failure. */
    public void onReopened(Runnable action) {
        commits.books().onReopened(action);
    }

    /** Says what to do when the file can't be written for want of room; it is tried again afterwards. */
    public void onFull(Runnable action) {
        commits.books().onFull(action);
    }

    /** Whether the file was damaged and the index is still to be rebuilt from the disk. */
    public boolean isRebuilding() throws IOException {
        return read(MetadataDatabase::isRebuilding);
    }

    /** What was remembered under that name. */
    public Optional<String> property(String name) throws IOException {
        return read(books -> books.property(name));
    }

    /** Says that clients are back, so that what a killed hub left unannounced is announced within a second. */
    public void announcePending() {
        commits.announcePending();
    }

    /** Where the journal ends. */
    public JournalHead head() {
        return commits.head();
    }

    /** Why the state can't be used at present; empty while it can. */
    public Optional<Throwable> failure() {
        return commits.books().failure();
    }

    public Optional<IndexEntry> entry(RecordPath path) throws IOException {
        return read(
                open -> Optional.ofNullable(open.index.get(PathKeys.of(path))).map(IndexEntry::unpack));
    }

    public Optional<Intent> intent(RecordPath path) throws IOException {
        return read(
                open -> Optional.ofNullable(open.intents.get(PathKeys.of(path))).map(Intent::unpack));
    }

    /** The paths of all intents that are left; few. */
    public List<RecordPath> intents() throws IOException {
        return read(open -> {
            List<RecordPath> paths = new ArrayList<>();
            open.intents.forEach((key, value) -> paths.add(PathKeys.path(key)));
            return paths;
        });
    }

    public Optional<LastGoodCopy> lastGoodCopy(RecordPath path) throws IOException {
        return read(
                open -> Optional.ofNullable(open.goods.get(PathKeys.of(path))).map(LastGoodCopy::unpack));
    }

    /** Passes all good copies. */
    public void forEachLastGoodCopy(Consumer<LastGoodCopy> visitor) throws IOException {
        read(open -> {
            open.goods.forEach((key, bytes) -> visitor.accept(LastGoodCopy.unpack(bytes)));
            return null;
        });
    }

    /** All resumable uploads by name. */
    public Map<String, PartialUploadEntry> partialUploads() throws IOException {
        return read(open -> {
            Map<String, PartialUploadEntry> found = new HashMap<>();
            open.unfinished.forEach((name, bytes) -> found.put(name, PartialUploadEntry.unpack(bytes)));
            return found;
        });
    }

    /** How much there is where; nothing until it is measured. */
    public Usage usage() {
        return commits.usage();
    }

    /** Has it measured below these prefixes, and for all users. */
    public void measure(List<String> prefixes) throws IOException {
        commits.measure(prefixes);
    }

    /** How many records there are. */
    public long size() throws IOException {
        return read(open -> open.index.size());
    }

    /** How many entries the journal has. */
    public long journalEntries() throws IOException {
        return read(open -> open.journal.size());
    }

    /** How large the journal's entries are together, in bytes, as of the last commit. */
    public long journalBytes() throws IOException {
        return read(MetadataDatabase::committedJournalBytes);
    }

    /** How large the file is, in bytes. */
    public long fileBytes() throws IOException {
        return read(MetadataDatabase::fileBytes);
    }

    /** The keys and entries of the index from a key on, up to an end that isn't included; at most {@code limit}. */
    public List<Indexed> range(String from, String end, int limit) throws IOException {
        return read(open -> {
            List<Indexed> found = new ArrayList<>(limit);
            open.index.from(from, (key, bytes) -> {
                boolean inside = key.compareTo(end) < 0;
                if (inside) {
                    found.add(new Indexed(key, IndexEntry.unpack(bytes)));
                }
                return inside && found.size() < limit;
            });
            return found;
        });
    }

    /** The names in a directory that hold records, behind one, in order; at most {@code limit}. The cost is that of the names. */
    public List<String> names(RecordPath directory, String after, int limit) throws IOException {
        String begin = PathKeys.begin(directory);
        String end = PathKeys.end(directory);
        return read(open -> {
            List<String> names = new ArrayList<>();
            String key = open.index.ceilingKey(after.isEmpty() ? begin : PathKeys.behind(begin, after));
            while (key != null && key.compareTo(end) < 0 && names.size() < limit) {
                String name = PathKeys.name(begin, key);
                names.add(name);
                key = open.index.ceilingKey(PathKeys.behind(begin, name));
            }
            return names;
        });
    }

    /** An entry with its key. */
    public record Indexed(String key, IndexEntry entry) {}

    <T> T read(Function<MetadataDatabase, T> reading) throws IOException {
        MetadataDatabase open = commits.books().get();
        try {
            return reading.apply(open);
        } catch (RuntimeException | StackOverflowError e) {
            throw commits.failed(open, e);
        }
    }

    /** Enters work, which must be quick; it lasts, and its changes are announced, when the ticket has been waited for. */
    public <T> CommitFuture<T> submit(Function<Transaction, T> work) throws IOException {
        return commits.submit(work);
    }

    /** Copies the file, with everything that was entered so far; whoever enters something waits meanwhile. */
    public void copyTo(Path target) throws IOException {
        commits.copyTo(target);
    }

    /** Finishes what was entered and closes the file. */
    @Override
    public void close() {
        commits.close();
    }

    /** Leaves the file as a killed process would. */
    public void abandon() {
        commits.abandon();
    }
}
