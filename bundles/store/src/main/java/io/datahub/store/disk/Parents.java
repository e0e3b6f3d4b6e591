package io.datahub.store.disk;

import io.datahub.api.record.RecordPath;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The directories that lead to records: made for a record that needs them, and flushed together with it. A directory that was
 * made and not flushed is remembered, so that whoever else puts a record into it meanwhile flushes it too. For any thread.
 */
public final class Parents {

    private final Tree tree;
    private final Staging staging;
    private final DirectoryFlushes flushes = new DirectoryFlushes();

    /** Directories whose names may not last yet; each making has a mark of its own. */
    private final Map<RecordPath, Object> made = new ConcurrentHashMap<>();

    public Parents(Tree tree, Staging staging) {
        this.tree = tree;
        this.staging = staging;
    }

    /** How many of the directories that lead to the path are missing. */
    public int countMissing(RecordPath path) throws IOException {
        return list(path).size();
    }

    /** The missing ones, the outermost first. */
    private List<RecordPath> list(RecordPath path) throws IOException {
        List<RecordPath> missing = new ArrayList<>();
        for (RecordPath parent = path.parent(); !parent.isRoot(); parent = parent.parent()) {
            if (FileStat.of(tree.resolve(parent)).isPresent()) {
                break;
            }
            missing.add(0, parent);
        }
        return missing;
    }

    /** Makes the directories that lead to the path, each in staging, and puts it into place; {@link #flush} makes them last. */
    public void create(RecordPath path) throws IOException {
        for (RecordPath parent : list(path)) {
            makeDirectory(parent, staging.newFile());
        }
    }

    /** One thread at a time: else it might replace the directory that another one has just made and is about to use. */
    private synchronized void makeDirectory(RecordPath path, Path fresh) throws IOException {
        Files.createDirectory(fresh);
        try {
            if (FileStat.of(tree.resolve(path)).isEmpty()) {
                made.put(path, new Object());
                tree.put(fresh, path);
            }
        } catch (NoSuchFileException e) {
            throw e;
        } catch (FileSystemException e) {
            if (FileStat.of(tree.resolve(path)).isEmpty()) {
                throw e;
            }
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    /**
     * Makes what was put at the path, or removed there, survive a power cut, and the directories that lead there as far as
     * they are new. Threads that want the same directory flushed share one flush.
     */
    public void flush(RecordPath path) throws IOException {
        flushes.flush(tree.resolve(path.parent()));
        for (RecordPath parent = path.parent(); !parent.isRoot(); parent = parent.parent()) {
            Object mark = made.get(parent);
            if (mark != null) {
                flushes.flush(tree.resolve(parent.parent()));
                made.remove(parent, mark);
            }
        }
    }

    /** Flushes directories that were made for writes which failed. */
    public void flushPending() throws IOException {
        for (Map.Entry<RecordPath, Object> each : List.copyOf(made.entrySet())) {
            try {
                flushes.flush(tree.resolve(each.getKey().parent()));
            } catch (FileSystemException e) {
                tree.requireRoot(); // else it is gone with the directory above it
            }
            made.remove(each.getKey(), each.getValue());
        }
    }

    /** Removes so many of the directories that lead to the path, as far as they are empty. */
    public void removeEmpty(RecordPath path, int levels) throws IOException {
        RecordPath parent = path.parent();
        for (int i = 0; i < levels && !parent.isRoot(); i++, parent = parent.parent()) {
            try {
                tree.removeDirectory(parent);
            } catch (DirectoryNotEmptyException | NoSuchFileException e) {
                return;
            }
        }
    }
}
