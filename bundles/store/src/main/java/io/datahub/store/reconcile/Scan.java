package io.datahub.store.reconcile;

import io.datahub.api.Result;
import io.datahub.api.file.FileStat;
import io.datahub.api.path.RecordPath;
import io.datahub.records.guard.ReservedPaths;
import io.datahub.store.core.StoreContext;
import io.datahub.store.disk.Tree;
import io.datahub.store.metadata.IndexEntry;
import io.datahub.store.metadata.PathKeys;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Walks a directory tree in index order and compares it with the index, so that deletions are detected too. Memory
 * holds the names of one directory per level. Not thread-safe.
 */
final class Scan {

    private final StoreContext context;
    private final UnsupportedFiles unsupported;
    private final UnreadablePaths unreadable;
    private final Difference difference;
    private final IndexRange indexed;
    private final RecordPath top;

    /** Called for each path where disk and index differ. */
    interface Difference {
        void at(RecordPath path) throws IOException;
    }

    Scan(
            StoreContext context,
            UnsupportedFiles unsupported,
            UnreadablePaths unreadable,
            RecordPath top,
            Difference difference) {
        this.context = context;
        this.unsupported = unsupported;
        this.unreadable = unreadable;
        this.difference = difference;
        this.top = top;
        indexed = new IndexRange(context.metadata(), top);
    }

    void run() throws IOException {
        descend(top, context.tree().resolve(top));
        reportDeletedBefore(PathKeys.end(top));
    }

    private void descend(RecordPath directory, Path folder) throws IOException {
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("interrupted while comparing " + directory);
        }
        List<String> names;
        try {
            names = names(folder, directory);
        } catch (NoSuchFileException | NotDirectoryException e) {
            return;
        } catch (IOException e) {
            skipUnreadable(directory, e);
            return;
        }
        for (String name : names) {
            Result<RecordPath> child = directory.child(name);
            if (child.isRefused()) {
                unsupported.add(
                        directory + "/" + name, child.refusal().orElseThrow().detail());
            } else if (!ReservedPaths.contain(child.get())) {
                Path file = folder.resolve(name);
                Optional<FileStat> stat;
                try {
                    stat = FileStat.of(file);
                } catch (IOException e) {
                    skipUnreadable(directory, e); // the directory may be listed but not searched
                    return;
                }
                if (stat.isPresent()) {
                    visit(child.get(), file, stat.get());
                }
            }
        }
        unreadable.remove(directory);
        unreadable.retain(directory, names);
    }

    /** Skips the index entries below a directory that can't be read, so that they don't count as deleted. */
    private void skipUnreadable(RecordPath directory, IOException cause) throws IOException {
        context.tree().requireRoot();
        unreadable.add(directory, cause);
        indexed.skipBefore(PathKeys.end(directory));
    }

    private List<String> names(Path folder, RecordPath directory) throws IOException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> children = Files.newDirectoryStream(folder)) {
            for (Path child : children) {
                Tree.name(child).ifPresentOrElse(names::add, () -> {
                    String shown = child.getFileName().toString();
                    unsupported.add(shown(directory, shown), "the name is not valid UTF-8");
                });
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        Collections.sort(names);
        return names;
    }

    private static String shown(RecordPath directory, String name) {
        return directory.isRoot() ? name : directory + "/" + name;
    }

    private void visit(RecordPath path, Path file, FileStat stat) throws IOException {
        if (stat.isDirectory()) {
            reportDeletedBefore(PathKeys.begin(path));
            descend(path, file);
            return;
        }
        String key = PathKeys.of(path);
        reportDeletedBefore(key);
        Optional<IndexEntry> entry = indexed.take(key);
        if (!stat.isFile()) {
            unsupported.add(path.toString(), "links and special files can't be records");
        }
        boolean same = stat.isFile() ? entry.isPresent() && entry.get().matches(stat) : entry.isEmpty();
        if (!same) {
            difference.at(path);
        }
    }

    private void reportDeletedBefore(String key) throws IOException {
        for (Optional<RecordPath> path = indexed.nextBefore(key); path.isPresent(); path = indexed.nextBefore(key)) {
            difference.at(path.get());
        }
    }
}
