package io.datahub.test.memory;

import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Listing;
import io.datahub.api.record.RecordVersion;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** Records and directories. Not thread-safe. */
final class MemoryTree {

    /** A record. */
    static final class Stored {
        private final RecordVersion version;
        private final byte[] bytes;
        private final String user;

        /** @param user who wrote it */
        Stored(RecordVersion version, byte[] bytes, String user) {
            this.version = version;
            this.bytes = bytes;
            this.user = user;
        }

        RecordVersion version() {
            return version;
        }

        byte[] bytes() {
            return bytes;
        }

        String user() {
            return user;
        }
    }

    private final TreeMap<RecordPath, Stored> records = new TreeMap<>();
    private final TreeMap<RecordPath, Instant> directories = new TreeMap<>();

    private InstantSource clock = InstantSource.system();

    void setClock(InstantSource source) {
        clock = source;
    }

    Optional<Stored> record(RecordPath path) {
        return Optional.ofNullable(records.get(path));
    }

    Optional<RecordVersion> version(RecordPath path) {
        return record(path).map(Stored::version);
    }

    boolean isDirectory(RecordPath path) {
        return path.isRoot() || directories.containsKey(path);
    }

    /** Whether a parent directory of the path is a record. */
    boolean isBelowRecord(RecordPath path) {
        for (RecordPath each = path.parent(); !each.isRoot(); each = each.parent()) {
            if (records.containsKey(each)) {
                return true;
            }
        }
        return false;
    }

    /** Puts a record in place of the present one; creates missing directories. */
    void put(Stored stored) {
        RecordPath path = stored.version().path();
        records.put(path, stored);
        createDirectory(path.parent());
        touch(path.parent());
    }

    /** Removes the entity tag and hash of a record. */
    void setEdited(RecordPath path) {
        Stored stored = records.get(path);
        RecordVersion old = stored.version();
        RecordVersion version = new RecordVersion(path, old.size(), old.modified(), Optional.empty(), Optional.empty());
        records.put(path, new Stored(version, stored.bytes(), stored.user()));
    }

    RecordVersion setClientModified(RecordPath path, Optional<Instant> time) {
        Stored stored = records.get(path);
        RecordVersion old = stored.version();
        RecordVersion version = new RecordVersion(path, old.size(), old.modified(), old.etag(), old.sha256(), time);
        records.put(path, new Stored(version, stored.bytes(), stored.user()));
        return version;
    }

    /** Creates a directory and its missing parents. */
    void createDirectory(RecordPath directory) {
        for (RecordPath each = directory; !each.isRoot(); each = each.parent()) {
            directories.putIfAbsent(each, clock.instant());
        }
    }

    private void touch(RecordPath directory) {
        directories.replace(directory, clock.instant());
    }

    /** Removes a record or an empty directory. */
    void remove(RecordPath path) {
        records.remove(path);
        directories.remove(path);
        touch(path.parent());
    }

    boolean isEmpty(RecordPath directory) {
        return names(directory).isEmpty();
    }

    /** All records, by path. */
    List<Stored> all() {
        return List.copyOf(records.values());
    }

    /** The records below a directory, by path. */
    List<Stored> below(RecordPath directory) {
        return records.values().stream()
                .filter(stored -> stored.version().path().isBelow(directory))
                .toList();
    }

    /** The directories below a directory, the deepest first. */
    List<RecordPath> directoriesBelow(RecordPath directory) {
        return directories.descendingKeySet().stream()
                .filter(path -> path.isBelow(directory))
                .toList();
    }

    /** The names in a directory. */
    NavigableSet<String> names(RecordPath directory) {
        NavigableSet<String> names = new TreeSet<>();
        records.keySet().forEach(path -> addName(names, directory, path));
        directories.keySet().forEach(path -> addName(names, directory, path));
        return names;
    }

    private static void addName(NavigableSet<String> names, RecordPath directory, RecordPath path) {
        if (!path.isRoot() && path.parent().equals(directory)) {
            names.add(path.name());
        }
    }

    Listing.Entry directoryEntry(RecordPath path) {
        return Listing.Entry.directory(path.name(), directories.getOrDefault(path, Instant.EPOCH));
    }
}
