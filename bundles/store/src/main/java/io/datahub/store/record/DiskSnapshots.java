package io.datahub.store.record;

import io.datahub.api.Home;
import io.datahub.api.record.Cursor;
import io.datahub.api.record.Snapshots;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Snapshots in {@code state/snapshot}. A record is a hard link: the hub never writes into a file that is a record, so the
 * link stays what it was. Where there can be no link it is a copy. For any thread.
 */
final class DiskSnapshots implements Snapshots {

    private static final String STORE = "store.mv";
    private static final String GOODS = "good";

    /** What of the state is this process's alone, or belongs to no committed record. */
    private static final Set<String> LEFT_OUT =
            Set.of("snapshot", "staging", "uploads", "rejected", "lock", "hub.lock", STORE);

    private final Home home;
    private final Holdings holdings;
    private final AtomicBoolean inUse = new AtomicBoolean();

    DiskSnapshots(Home home, Holdings holdings) {
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
            long records = take(home.files(), folder.resolve("files"), Set.of(), path -> true);
            holdings.ledger().copyTo(folder.resolve("state").resolve(STORE));
            take(home.state(), folder.resolve("state"), LEFT_OUT, path -> path.startsWith(GOODS));
            return new Taken(folder, records, holdings.ledger().head().cursor());
        }
    }

    /**
     * Takes everything; returns how many files there were.
     *
     * @param lasting whether nobody writes into a file, so that a link will do
     */
    private static long take(Path from, Path to, Set<String> leftOut, Predicate<Path> lasting) throws IOException {
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
                    if (lasting.test(inFrom)) {
                        linkOrCopy(file, to.resolve(inFrom));
                    } else {
                        Files.copy(file, to.resolve(inFrom), StandardCopyOption.COPY_ATTRIBUTES);
                    }
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

    private static void linkOrCopy(Path file, Path link) throws IOException {
        try {
            Files.createLink(link, file);
        } catch (NoSuchFileException e) {
            // Somebody outside the hub has just deleted it.
        } catch (IOException | UnsupportedOperationException e) {
            Files.copy(file, link, StandardCopyOption.COPY_ATTRIBUTES);
        }
    }

    private static void remove(Path folder) throws IOException {
        if (Files.exists(folder)) {
            List<Path> all;
            try (Stream<Path> files = Files.walk(folder)) {
                all = files.sorted(Comparator.reverseOrder()).toList();
            }
            for (Path file : all) {
                Files.delete(file);
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
