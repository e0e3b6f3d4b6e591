package io.datahub.store.record;

import io.datahub.api.Result;
import io.datahub.api.record.RecordPath;
import io.datahub.store.disk.Stat;
import io.datahub.store.disk.Tree;
import io.datahub.store.ledger.Entry;
import io.datahub.store.ledger.Keys;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
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

    private final Holdings holdings;
    private final Strangers strangers;
    private final Difference difference;
    private final KnownRange known;
    private final RecordPath top;

    /** Is told of each path where disk and index differ. */
    interface Difference {
        void at(RecordPath path) throws IOException;
    }

    Scan(Holdings holdings, Strangers strangers, RecordPath top, Difference difference) {
        this.holdings = holdings;
        this.strangers = strangers;
        this.difference = difference;
        this.top = top;
        known = new KnownRange(holdings.ledger(), top);
    }

    void run() throws IOException {
        descend(top, holdings.tree().at(top));
        vanishedBefore(Keys.end(top));
    }

    private void descend(RecordPath directory, Path folder) throws IOException {
        List<String> names;
        try {
            names = names(folder, directory);
        } catch (NoSuchFileException | NotDirectoryException e) {
            return;
        } catch (AccessDeniedException e) {
            strangers.note(directory.toString(), "the directory can't be read, so nothing is said about what is in it");
            known.skipBefore(Keys.end(directory));
            return;
        }
        for (String name : names) {
            Result<RecordPath> child = directory.child(name);
            if (child.isRefused()) {
                strangers.note(
                        directory + "/" + name, child.refusal().orElseThrow().detail());
            } else if (!Tree.isReserved(child.get())) {
                visit(child.get(), folder.resolve(name));
            }
        }
    }

    private List<String> names(Path folder, RecordPath directory) throws IOException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> children = Files.newDirectoryStream(folder)) {
            for (Path child : children) {
                String name = child.getFileName().toString();
                if (name.indexOf('\ufffd') >= 0 && !folder.resolve(name).equals(child)) {
                    strangers.note(shown(directory, name), "the name is not valid UTF-8");
                } else {
                    names.add(name);
                }
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

    private void visit(RecordPath path, Path file) throws IOException {
        Optional<Stat> stat = Stat.of(file);
        if (stat.isEmpty()) {
            return;
        }
        if (stat.get().isDirectory()) {
            vanishedBefore(Keys.begin(path));
            descend(path, file);
            return;
        }
        String key = Keys.of(path);
        vanishedBefore(key);
        Optional<Entry> entry = known.take(key);
        if (!stat.get().isFile()) {
            strangers.note(path.toString(), "links and special files are no records");
        }
        boolean same = stat.get().isFile() ? entry.isPresent() && entry.get().matches(stat.get()) : entry.isEmpty();
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
