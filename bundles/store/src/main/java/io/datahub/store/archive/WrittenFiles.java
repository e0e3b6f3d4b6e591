package io.datahub.store.archive;

import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The files of a home that is being written. Some may be left of an earlier attempt, and belong to no record any more. */
final class WrittenFiles {

    private final Path root;

    WrittenFiles(Path root) {
        this.root = root;
    }

    /** Makes a directory and those above it, in place of files that are in the way. */
    void makeDirectory(RecordPath directory) throws IOException {
        Path path = directory.under(root);
        if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (!directory.isRoot()) {
            makeDirectory(directory.parent());
        }
        Files.deleteIfExists(path);
        Files.createDirectory(path);
    }

    /** Makes room for the file of a record, in place of a directory or a file that is in the way. */
    Path makeRoom(RecordPath record) throws IOException {
        makeDirectory(record.parent());
        Path file = record.under(root);
        if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
            retain(file, any -> false, any -> false);
            Files.delete(file);
        }
        return file;
    }

    /** Deletes files of no record, and empty directories that weren't made on purpose; what remains is durable. */
    void retain(Predicate<RecordPath> isRecord, Predicate<RecordPath> isMade) throws IOException {
        retain(root, isRecord, isMade);
    }

    private void retain(Path top, Predicate<RecordPath> isRecord, Predicate<RecordPath> isMade) throws IOException {
        Files.walkFileTree(top, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (!attributes.isRegularFile() || !matches(file, isRecord)) {
                    Files.delete(file);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, IOException failure) throws IOException {
                if (failure != null) {
                    throw failure;
                }
                if (!directory.equals(top) && isEmpty(directory) && !matches(directory, isMade)) {
                    Files.delete(directory);
                } else {
                    force(directory);
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** A file whose name is no path of a record matches nothing. */
    private boolean matches(Path file, Predicate<RecordPath> condition) {
        String path =
                root.relativize(file).toString().replace(root.getFileSystem().getSeparator(), "/");
        Result<RecordPath> parsed = RecordPath.parse(path);
        return !parsed.isRefused() && condition.test(parsed.get());
    }

    static boolean isEmpty(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return true;
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.findAny().isEmpty();
        }
    }

    static void force(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
