package io.datahub.store.record;

import io.datahub.api.Home;
import io.datahub.api.Result;
import io.datahub.api.record.Cursor;
import io.datahub.api.record.RecordPath;
import io.datahub.api.record.Snapshots;
import io.datahub.store.disk.FileStat;
import io.datahub.store.disk.SpareFile;
import io.datahub.store.metadata.IndexEntry;
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
 * Snapshots in {@code state/snapshot}. A record is a hard link: the hub never writes into a file that is a record, so the
 * link stays what it was. Where there can be no link it is a copy. For any thread.
 */
final class DiskSnapshots implements Snapshots {

    private static final String FILES = "files";
    private static final String STORE = "store.mv";
    private static final String GOODS = "good";

    /** What of the state is this process's alone, or belongs to no committed record. */
    private static final Set<String> LEFT_OUT =
            Set.of("snapshot", "staging", "uploads", "rejected", "taken", "lock", "hub.lock", SpareFile.NAME, STORE);

    private final Home home;
    private final StoreContext holdings;
    private final AtomicBoolean inUse = new AtomicBoolean();

    DiskSnapshots(Home home, StoreContext holdings) {
        this.home = home;
        this.holdings = holdings;
    }

    @Override
    public Snapshot take() throws IOException {
        if (!inUse.compareAndSet(false, true)) {
            throw new IOException("another backup is being made; try again when it has ended");
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
        try (PathLocks.Held held = holdings.locks().holdAll()) {
            long records = take(home.files(), folder.resolve(FILES), Set.of(), this::linkRecord);
            holdings.ledger().copyTo(folder.resolve("state").resolve(STORE));
            take(home.state(), folder.resolve("state"), LEFT_OUT, this::takeState);
            return new Taken(folder, records, holdings.ledger().head().cursor());
        }
    }

    /** Takes everything; returns how many files there were. */
    private static long take(Path from, Path to, Set<String> leftOut, Taking taking) throws IOException {
        long[] count = new long[1];
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                    throws IOException {
                Path inFrom = from.relativize(directory);
                if (leftOut.contains(inFrom.toString())) {
                    return FileVisitResult.SKIP_SUBTREE;
                }
                Files.createDirectories(to.resolve(inFrom));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Path inFrom = from.relativize(file);
                if (attributes.isRegularFile() && !leftOut.contains(inFrom.toString())) {
                    taking.take(file, to.resolve(inFrom));
                    count[0]++;
                }
                return FileVisitResult.CONTINUE;
            }

            /** Somebody outside the hub deletes while it is read. */
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

    /** Takes one file. */
    private interface Taking {
        void take(Path file, Path to) throws IOException;
    }

    /** Nobody writes into good copies, so a link will do. */
    private void takeState(Path file, Path to) throws IOException {
        if (home.state().relativize(file).startsWith(GOODS)) {
            linkOrCopy(file, to);
        } else {
            Files.copy(file, to, StandardCopyOption.COPY_ATTRIBUTES);
        }
    }

    private void linkRecord(Path file, Path link) throws IOException {
        relink(home.files().relativize(file), () -> linkOrCopy(file, link));
    }

    /**
     * Makes a link of a record, or takes one away. That changes when the file's status last changed and nothing else, which the
     * index takes over: the record stays the version that it was.
     */
    @SuppressWarnings("try")
    private void relink(Path record, Linking linking) throws IOException {
        Result<RecordPath> path = RecordPath.parse(record.toString());
        if (path.isRefused()) {
            linking.link();
            return;
        }
        Path file = holdings.tree().resolve(path.get());
        try (PathLocks.Held held = holdings.locks().hold(path.get())) {
            Optional<FileStat> before = FileStat.of(file);
            linking.link();
            Optional<FileStat> after = FileStat.of(file);
            Optional<IndexEntry> entry = holdings.ledger().entry(path.get());
            if (before.isPresent()
                    && after.isPresent()
                    && entry.filter(known -> known.matches(before.get())).isPresent()) {
                enter(path.get(), entry.get(), before.get(), after.get());
            }
        }
    }

    private void enter(RecordPath path, IndexEntry entry, FileStat before, FileStat after) throws IOException {
        boolean same =
                after.size() == before.size() && after.modified() == before.modified() && after.key() == before.key();
        if (same && after.changed() != before.changed()) {
            holdings.ledger().submit(transaction -> {
                transaction.put(path, entry.withStat(after));
                return path;
            });
        }
    }

    /** Makes a link, or takes one away. */
    private interface Linking {
        void link() throws IOException;
    }

    private static void linkOrCopy(Path file, Path link) throws IOException {
        try {
            Files.createLink(link, file);
        } catch (NoSuchFileException e) {
            // Somebody outside the hub has just deleted it.
        } catch (IOException | UnsupportedOperationException e) {
            Files.copy(file, link, StandardCopyOption.COPY_ATTRIBUTES);
        }
    }

    private void remove(Path folder) throws IOException {
        Path links = folder.resolve(FILES);
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

    /** A snapshot that was taken. */
    private final class Taken implements Snapshot {
        private final Path folder;
        private final long records;
        private final Cursor cursor;

        private Taken(Path folder, long records, Cursor cursor) {
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
