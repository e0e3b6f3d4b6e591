package io.datahub.store.record;

import io.datahub.api.Result;
import io.datahub.api.record.RecordPath;
import io.datahub.store.disk.FileStat;
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
 * Walks a directory in the order of the index and compares the two as it goes, so that what was deleted is found too and
 * memory holds the names of one directory a level. For one thread.
 */
final class Scan {

    private final StoreContext holdings;
    private final IgnoredFiles strangers;
    private final UnreadablePaths unreadable;
    private final Difference difference;
    private final IndexRange known;
    private final RecordPath top;

    /** Is told of each path where disk and index differ. */
    interface Difference {
        void at(RecordPath path) throws IOException;
    }

    Scan(
            StoreContext holdings,
            IgnoredFiles strangers,
            UnreadablePaths unreadable,
            RecordPath top,
            Difference difference) {
        this.holdings = holdings;
        this.strangers = strangers;
        this.unreadable = unreadable;
        this.difference = difference;
        this.top = top;
        known = new IndexRange(holdings.ledger(), top);
    }

    void run() throws IOException {
        descend(top, holdings.tree().resolve(top));
        vanishedBefore(PathKeys.end(top));
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
            passOver(directory, e);
            return;
        }
        for (String name : names) {
            Result<RecordPath> child = directory.child(name);
            if (child.isRefused()) {
                strangers.note(
                        directory + "/" + name, child.refusal().orElseThrow().detail());
            } else if (!Tree.isReserved(child.get())) {
                Path file = folder.resolve(name);
                Optional<FileStat> stat;
                try {
                    stat = FileStat.of(file);
                } catch (IOException e) {
                    passOver(directory, e); // it may be listed but not entered
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

    /** Nothing is said of what is in a directory that can't be read. */
    private void passOver(RecordPath directory, IOException cause) throws IOException {
        holdings.tree().requireRoot();
        unreadable.add(directory, cause);
        known.skipBefore(PathKeys.end(directory));
    }

    private List<String> names(Path folder, RecordPath directory) throws IOException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> children = Files.newDirectoryStream(folder)) {
            for (Path child : children) {
                Tree.name(child).ifPresentOrElse(names::add, () -> {
                    String shown = child.getFileName().toString();
                    strangers.note(shown(directory, shown), "the name is not valid UTF-8");
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
            vanishedBefore(PathKeys.begin(path));
            descend(path, file);
            return;
        }
        String key = PathKeys.of(path);
        vanishedBefore(key);
        Optional<IndexEntry> entry = known.take(key);
        if (!stat.isFile()) {
            strangers.note(path.toString(), "links and special files are no records");
        }
        boolean same = stat.isFile() ? entry.isPresent() && entry.get().matches(stat) : entry.isEmpty();
        if (!same) {
            difference.at(path);
        }
    }

    private void vanishedBefore(String key) throws IOException {
        for (Optional<RecordPath> path = known.nextBefore(key); path.isPresent(); path = known.nextBefore(key)) {
            difference.at(path.get());
        }
    }
}
