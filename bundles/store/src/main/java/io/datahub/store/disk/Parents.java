package io.datahub.store.disk;

import io.datahub.api.file.FileStat;
import io.datahub.api.path.RecordPath;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The parent directories of records: created on demand and flushed together with the record. A directory that was
 * created but not flushed is tracked, so that another writer that puts a record into it flushes it too. For any
 * thread.
 */
public final class Parents {

    private final Tree tree;
    private final Staging staging;
    private final DirectoryFlushes flushes = new DirectoryFlushes();

    /** Directories whose names may not be durable yet; each creation has its own marker. */
    private final Map<RecordPath, Object> unflushed = new ConcurrentHashMap<>();

    public Parents(Tree tree, Staging staging) {
        this.tree = tree;
        this.staging = staging;
    }

    /** The missing parent directories of the path, outermost first. */
    public List<RecordPath> missing(RecordPath path) {
        List<RecordPath> missing = new ArrayList<>();
        for (RecordPath parent = path.parent(); !parent.isRoot(); parent = parent.parent()) {
            if (Files.exists(tree.resolve(parent))) {
                break;
            }
            missing.add(0, parent);
        }
        return missing;
    }

    /**
     * Creates directories, outermost first: each in staging, from where it is moved into place. {@link #flush} makes
     * them durable.
     */
    public void create(List<RecordPath> directories) throws IOException {
        for (RecordPath directory : directories) {
            createDirectory(directory, staging.newFile());
        }
    }

    /** Creates a directory and its missing parents, if they don't exist; durable when this returns. */
    public void createDirectory(RecordPath directory) throws IOException {
        create(missing(directory));
        createDirectory(directory, staging.newFile());
        flush(directory);
    }

    /**
     * Synchronized, since otherwise it could replace a directory that another thread has just created and is about to
     * use.
     */
    private synchronized void createDirectory(RecordPath path, Path staged) throws IOException {
        Files.createDirectory(staged);
        boolean moved = false;
        try {
            if (!Files.exists(tree.resolve(path))) { // a rename doesn't replace a link by a directory
                unflushed.put(path, new Object());
                tree.put(staged, path);
                moved = true;
            }
        } catch (NoSuchFileException e) {
            throw e;
        } catch (FileSystemException e) {
            if (FileStat.of(tree.resolve(path)).isEmpty()) {
                throw e;
            }
        } finally {
            if (!moved) {
                Files.deleteIfExists(staged);
            }
        }
    }

    /**
     * Flushes the directory of the path, so that a record that was written or removed there survives a power failure,
     * and the parents that were created. Threads that flush the same directory share one flush.
     */
    public void flush(RecordPath path) throws IOException {
        flushes.flush(tree.resolve(path.parent()));
        for (RecordPath parent = path.parent(); !parent.isRoot(); parent = parent.parent()) {
            Object marker = unflushed.get(parent);
            if (marker != null) {
                flushes.flush(tree.resolve(parent.parent()));
                unflushed.remove(parent, marker);
            }
        }
    }

    /** Flushes directories that were created for failed writes. */
    public void flushPending() throws IOException {
        for (Map.Entry<RecordPath, Object> entry : List.copyOf(unflushed.entrySet())) {
            try {
                flushes.flush(tree.resolve(entry.getKey().parent()));
            } catch (FileSystemException e) {
                tree.requireRoot(); // otherwise it was removed together with its parent
            }
            unflushed.remove(entry.getKey(), entry.getValue());
        }
    }
}
