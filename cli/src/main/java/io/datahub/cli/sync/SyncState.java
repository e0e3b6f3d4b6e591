package io.datahub.cli.sync;

import io.datahub.cli.core.Json;
import io.datahub.cli.core.PrivateFiles;
import io.datahub.cli.core.StateLock;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What a pair of trees is known to have: the hub's records up to a position of the journal, and which local files are equal to
 * which version. Kept in a file of the user, so that the next run looks at changes only; without it, or with an old one, a run
 * compares more, and transfers the same. Thread-safe.
 */
final class SyncState implements AutoCloseable {

    /** A local file that is equal to a version. */
    record Equal(String etag, LocalFile local) {}

    private static final long SAVE_NANOS = 5_000_000_000L;

    /** Of large trees it is written more seldom: for a twentieth of the time at most. */
    private static final int SAVE_SHARE = 20;

    private final Path file;
    private final StateLock lock;
    private final Map<String, RemoteFile> remote = new ConcurrentHashMap<>();
    private final Map<String, Equal> equal = new ConcurrentHashMap<>();
    private final Map<String, List<Object>> refused = new ConcurrentHashMap<>();
    private final OwnChanges own = new OwnChanges();
    private String cursor = "";
    private String reader = "";
    private long saved = System.nanoTime();
    private long saveTook;
    private boolean isChanged;

    private SyncState(Path file, StateLock lock) {
        this.file = file;
        this.lock = lock;
    }

    /**
     * Opens the state of a pair; fails if another process has it.
     */
    static SyncState open(String... pair) {
        Path file = PrivateFiles.state().resolve("sync").resolve(PrivateFiles.name(pair) + ".json");
        String busy = "another process synchronizes " + String.join(" and ", pair) + ": wait for it";
        SyncState state = new SyncState(file, StateLock.acquire(file, busy));
        PrivateFiles.readObject(file).ifPresent(state::load);
        return state;
    }

    private void load(Map<String, Object> json) {
        cursor = Json.string(json, "cursor");
        reader = Json.string(json, "reader");
        Json.object(json, "remote").forEach((path, fields) -> {
            if (fields instanceof List<?> list) {
                remote.put(path, RemoteFile.of(list));
            }
        });
        Json.object(json, "equal").forEach((path, fields) -> {
            if (fields instanceof List<?> list) {
                LocalFile local = new LocalFile(((Number) list.get(1)).longValue(), ((Number) list.get(2)).longValue());
                equal.put(path, new Equal(String.valueOf(list.get(0)), local));
            }
        });
    }

    /** A transfer of these failed in a way that it will again; remembered by this process only. */
    void refuse(String path, RemoteFile version, LocalFile file) {
        refused.put(path, Arrays.asList(version, file));
    }

    boolean isRefused(String path, RemoteFile version, LocalFile file) {
        return Arrays.asList(version, file).equals(refused.get(path));
    }

    /** Up to where the journal is in it; empty before the first run. */
    String cursor() {
        return cursor;
    }

    synchronized void moveTo(String newCursor) {
        isChanged |= !newCursor.equals(cursor);
        cursor = newCursor;
    }

    /** This process has made a change, after which {@link #setEqual} says what the hub has. */
    void addOwnChange(String changeCursor) {
        own.add(changeCursor);
    }

    /** Moves on over the changes of this process that were made one after another; others are read from the journal. */
    void skipOwnChanges() {
        moveTo(own.after(cursor));
    }

    /** Stands for the user and the grants with which the tree was listed; empty before the first run. */
    String reader() {
        return reader;
    }

    synchronized void setReader(String newReader) {
        isChanged |= !newReader.equals(reader);
        refused.clear();
        reader = newReader;
    }

    /** The hub's records; may be changed. */
    Map<String, RemoteFile> remote() {
        return remote;
    }

    boolean isEqual(String path, RemoteFile version, LocalFile local) {
        Equal known = equal.get(path);
        return known != null
                && !version.etag().isEmpty()
                && known.etag().equals(version.etag())
                && known.local().equals(local);
    }

    /** A local file is equal to this version from now on. */
    void setEqual(String path, RemoteFile version, LocalFile local) {
        remote.put(path, version);
        equal.put(path, new Equal(version.etag(), local));
        touch();
    }

    /** There is no such file any more, at either side. */
    void remove(String path) {
        remote.remove(path);
        equal.remove(path);
        touch();
    }

    private synchronized void touch() {
        isChanged = true;
        if (System.nanoTime() - saved > Math.max(SAVE_NANOS, SAVE_SHARE * saveTook)) {
            save();
        }
    }

    /** Writes it, if it has changed. */
    synchronized void save() {
        if (!isChanged) {
            return;
        }
        long began = System.nanoTime();
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("cursor", cursor);
        json.put("reader", reader);
        Map<String, Object> records = new LinkedHashMap<>();
        remote.forEach((path, version) -> records.put(path, version.fields()));
        json.put("remote", records);
        Map<String, Object> files = new LinkedHashMap<>();
        equal.forEach((path, known) -> files.put(
                path, List.of(known.etag(), known.local().size(), known.local().modifiedNanos())));
        json.put("equal", files);
        PrivateFiles.write(file, Json.text(json));
        isChanged = false;
        saved = System.nanoTime();
        saveTook = saved - began;
    }

    @Override
    public void close() {
        lock.close();
    }
}
