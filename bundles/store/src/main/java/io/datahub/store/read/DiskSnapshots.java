package io.datahub.store.read;

import io.datahub.api.Home;
import io.datahub.api.Result;
import io.datahub.api.disk.Snapshots;
import io.datahub.api.file.FileStat;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Cursor;
import io.datahub.store.core.PathLocks;
import io.datahub.store.core.StoreContext;
import io.datahub.store.disk.SpareFile;
import io.datahub.store.disk.Staging;
import io.datahub.store.disk.Tree;
import io.datahub.store.metadata.IndexEntry;
import io.datahub.store.metadata.MetadataStore;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/**
 * Snapshots in {@code state/snapshot}. Records are hard-linked: the hub never writes into a record's file, so the
 * linked content doesn't change. Where hard links are not possible, files are copied. Thread-safe.
 */
public final class DiskSnapshots implements Snapshots {

    private static final String STORE = "store.mv";
    private static final String LAST_GOOD = "good";

    /** State files that belong to this process only, or to no committed record. */
    private static final Set<String> EXCLUDED = Set.of(
            "snapshot",
            "staging",
            Staging.LASTING_DRAFTS,
            "rejected",
            "imported",
            "taken",
            "lock",
            "hub.lock",
            SpareFile.NAME,
            STORE);

    private final Home home;
    private final StoreContext context;
    private final AtomicBoolean inUse = new AtomicBoolean();

    public DiskSnapshots(Home home, StoreContext context) {
        this.home = home;
        this.context = context;
    }

    @Override
    public Snapshot take() throws IOException {
        if (!inUse.compareAndSet(false, true)) {
            throw new IOException("another backup is in progress; retry when it has ended");
        }
        Path folder = home.state().resolve("snapshot");
        try {
            remove(folder);
            Files.createDirectories(folder.resolve("state"));
            return fill(folder);
        } catch (IOException | RuntimeException e) {
            inUse.set(false);
            throw e;
        }
    }

    @SuppressWarnings("try")
    private Snapshot fill(Path folder) throws IOException {
        try (PathLocks.Held held = context.locks().holdAll()) {
            long records = copyTree(context.tree().root(), folder.resolve(Tree.FOLDER), Set.of(), this::linkRecord);
            context.metadata().copyTo(folder.resolve("state").resolve(STORE));
            copyTree(home.state(), folder.resolve("state"), EXCLUDED, this::copyState);
            Files.createFile(folder.resolve("state").resolve(MetadataStore.RESTORED));
            Path drafts = Files.createDirectory(folder.resolve("state").resolve(Staging.LASTING_DRAFTS));
            Files.createFile(drafts.resolve(Staging.RESTORED));
            return new TakenSnapshot(folder, records, context.metadata().head().cursor());
        }
    }

    /** Copies a directory tree; returns the number of files. */
    private static long copyTree(Path from, Path to, Set<String> excluded, FileCopier copier) throws IOException {
        long[] count = new long[1];
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                    throws IOException {
                Path relative = from.relativize(directory);
                if (excluded.contains(relative.toString())) {
                    return FileVisitResult.SKIP_SUBTREE;
                }
                Files.createDirectories(to.resolve(relative));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Path relative = from.relativize(file);
                if (attributes.isRegularFile() && !excluded.contains(relative.toString())) {
                    copier.copy(file, to.resolve(relative));
                    count[0]++;
                }
                return FileVisitResult.CONTINUE;
            }

            /** Other programs may delete files during the walk. */
            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
                if (failure instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw failure;
            }
        });
        return count[0];
    }

    /** Links or copies one file. */
    private interface FileCopier {
        void copy(Path file, Path to) throws IOException;
    }

    /** Last good copies are never modified, so they can be linked. */
    private void copyState(Path file, Path to) throws IOException {
        if (home.state().relativize(file).startsWith(LAST_GOOD)) {
            linkOrCopy(file, to);
        } else {
            try {
                Files.copy(file, to, StandardCopyOption.COPY_ATTRIBUTES);
            } catch (NoSuchFileException e) {
                // A bundle has just deleted it, such as kept events that are too old.
            }
        }
    }

    private void linkRecord(Path file, Path link) throws IOException {
        relink(context.tree().root().relativize(file), () -> linkOrCopy(file, link));
    }

    /**
     * Creates or deletes a hard link to a record. That changes only the file's change time (ctime), which is copied to
     * the index, so the record's version stays the same.
     */
    @SuppressWarnings("try")
    private void relink(Path record, LinkAction action) throws IOException {
        Result<RecordPath> path = RecordPath.parse(record.toString());
        if (path.isRefused()) {
            action.run();
            return;
        }
        Path file = context.tree().resolve(path.get());
        try (PathLocks.Held held = context.locks().hold(path.get())) {
            Optional<FileStat> before = FileStat.of(file);
            action.run();
            Optional<FileStat> after = FileStat.of(file);
            Optional<IndexEntry> entry = context.metadata().entry(path.get());
            if (before.isPresent()
                    && after.isPresent()
                    && entry.filter(known -> known.matches(before.get())).isPresent()) {
                updateIndex(path.get(), entry.get(), before.get(), after.get());
            }
        }
    }

    private void updateIndex(RecordPath path, IndexEntry entry, FileStat before, FileStat after) throws IOException {
        boolean same =
                after.size() == before.size() && after.modified() == before.modified() && after.key() == before.key();
        if (same && after.changed() != before.changed()) {
            context.metadata().submit(transaction -> {
                transaction.put(path, entry.withStat(after));
                return path;
            });
        }
    }

    /** Creates or deletes a link. */
    private interface LinkAction {
        void run() throws IOException;
    }

    private static void linkOrCopy(Path file, Path link) throws IOException {
        try {
            Files.createLink(link, file);
        } catch (NoSuchFileException e) {
            // Another program has just deleted it.
        } catch (IOException | UnsupportedOperationException e) {
            Files.copy(file, link, StandardCopyOption.COPY_ATTRIBUTES);
        }
    }

    private void remove(Path folder) throws IOException {
        Path links = folder.resolve(Tree.FOLDER);
        if (Files.exists(folder)) {
            List<Path> all;
            try (Stream<Path> files = Files.walk(folder)) {
                all = files.sorted(Comparator.reverseOrder()).toList();
            }
            for (Path file : all) {
                if (file.startsWith(links) && !Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
                    relink(links.relativize(file), () -> Files.delete(file));
                } else {
                    Files.delete(file);
                }
            }
        }
    }

    /** A completed snapshot; closing it deletes its directory. */
    private final class TakenSnapshot implements Snapshot {
        private final Path folder;
        private final long records;
        private final Cursor cursor;

        private TakenSnapshot(Path folder, long records, Cursor cursor) {
            this.folder = folder;
            this.records = records;
            this.cursor = cursor;
        }

        @Override
        public Path folder() {
            return folder;
        }

        @Override
        public long records() {
            return records;
        }

        @Override
        public Cursor cursor() {
            return cursor;
        }

        @Override
        public void close() throws IOException {
            try {
                remove(folder);
            } finally {
                inUse.set(false);
            }
        }
    }
}
