package io.datahub.store.disk;

import io.datahub.api.file.FileStat;
import io.datahub.api.path.RecordPath;
import io.datahub.records.guard.ReservedPaths;
import io.datahub.records.staging.Disk;
import io.datahub.records.staging.RecordsGoneException;
import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** The directory of the records. Links below it are never followed. Thread-safe. */
public final class Tree {

    /** The name of this folder in the home. */
    public static final String FOLDER = "files";

    /** Types of file systems on disks of this machine, or in its memory. */
    private static final Set<String> LOCAL_TYPES =
            Set.of("ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs", "jfs", "bcachefs", "overlay", "tmpfs");

    /** The replacement character for undecodable bytes, which may also occur in a name itself. */
    private static final char REPLACEMENT = '\ufffd';

    private static final int MAX_DISK_PATH_BYTES = 4095;
    private static final Set<OpenOption> READ_OPTIONS = Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);

    private final Path root;
    private final Object rootKey;
    private final int rootBytes;
    private final boolean local;
    private final Handles handles;

    public Tree(Path root) throws IOException {
        this.root = root;
        handles = new Handles(root);
        rootKey = Files.readAttributes(root, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
        rootBytes = utf8Length(root.toString()) + 1;
        local = LOCAL_TYPES.contains(Files.getFileStore(root).type());
    }

    private static int utf8Length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    /** Identifies the directory, to detect that another one is in its place. */
    public String identity() {
        return String.valueOf(rootKey);
    }

    /** Whether the directory is empty, apart from the hub's own directory. */
    public boolean isEmpty() throws IOException {
        try (DirectoryStream<Path> children = Files.newDirectoryStream(root)) {
            for (Path child : children) {
                if (!child.getFileName().toString().equals(ReservedPaths.NAME)) {
                    return false;
                }
            }
            return true;
        }
    }

    /** Whether the directory is known to be on a disk of this machine, so that no network is waited for. */
    public boolean isLocal() {
        return local;
    }

    public Path root() {
        return root;
    }

    public Path resolve(RecordPath path) {
        return path.under(root);
    }

    /**
     * The name of a file found on disk, as text; empty if its bytes aren't valid UTF-8, so that the file can't be
     * addressed by text.
     */
    public static Optional<String> name(Path file) {
        String name = file.getFileName().toString();
        boolean isText = name.indexOf(REPLACEMENT) < 0
                || file.getFileSystem().getPath(name).equals(file.getFileName());
        return isText ? Optional.of(name) : Optional.empty();
    }

    /** Whether the path is short enough for the file system. */
    public boolean fits(RecordPath path) {
        return rootBytes + utf8Length(path.toString()) <= MAX_DISK_PATH_BYTES;
    }

    /**
     * Reads the stat of a path without checking its parents, so links among them are followed: sufficient to compare
     * a known file's stat.
     */
    public DirectoryEntry lookUpUnchecked(RecordPath path) throws IOException {
        return FileStat.of(resolve(path)).map(DirectoryEntry::of).orElse(DirectoryEntry.NOTHING);
    }

    /**
     * Reads the stat of a path and checks that all its parents are directories and not links.
     *
     * @throws IOException if the root is missing or was replaced, so that absence can't be determined
     */
    public DirectoryEntry lookUp(RecordPath path) throws IOException {
        requireRoot();
        if (path.isRoot()) {
            return DirectoryEntry.of(FileStat.of(root).orElseThrow(this::missingRoot));
        }
        String text = path.toString();
        if (!fits(path)) {
            return DirectoryEntry.NOTHING;
        }
        for (int slash = text.indexOf('/'); slash >= 0; slash = text.indexOf('/', slash + 1)) {
            Optional<FileStat.Kind> parent = FileStat.kindOf(root.resolve(text.substring(0, slash)));
            if (parent.isEmpty()) {
                return DirectoryEntry.NOTHING;
            }
            if (parent.get() != FileStat.Kind.DIRECTORY) {
                return parent.get() == FileStat.Kind.FILE ? DirectoryEntry.BELOW_FILE : DirectoryEntry.SPECIAL;
            }
        }
        return FileStat.of(root.resolve(text)).map(DirectoryEntry::of).orElse(DirectoryEntry.NOTHING);
    }

    /**
     * Whether the path's parent is a directory that has nothing at the path. Follows links, so it only suggests that
     * {@link #lookUp} will find nothing; it takes half the system calls of that, and throws no exception on the way.
     */
    public boolean seemsFree(RecordPath path) {
        File file = resolve(path).toFile();
        return !file.exists() && file.getParentFile().isDirectory();
    }

    /**
     * Requires that the root exists and is the one seen at start, since otherwise a missing file isn't a deletion.
     *
     * @throws IOException if the root is missing or was replaced
     */
    public void requireRoot() throws IOException {
        BasicFileAttributes current;
        try {
            current = Files.readAttributes(root, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            throw missingRoot();
        }
        if (!current.isDirectory()) {
            throw missingRoot();
        }
        if (!Objects.equals(current.fileKey(), rootKey)) {
            throw new RecordsGoneException(
                    root + " is not the same directory as at startup; mount the right one, or restart the hub");
        }
    }

    private IOException missingRoot() {
        return new RecordsGoneException(root + " is missing; restore it. The index is intact");
    }

    /** Opens a file for reading; the file is in the tree even if its directories are moved or replaced concurrently. */
    public FileChannel open(RecordPath path) throws IOException {
        Optional<FileChannel> opened = handles.apply(
                path.parent(), directory -> (FileChannel) directory.newByteChannel(Path.of(path.name()), READ_OPTIONS));
        return opened.isPresent() ? opened.get() : FileChannel.open(resolve(path), READ_OPTIONS);
    }

    /**
     * Moves a file or directory to the path atomically, replacing an existing one, so that readers see either the old
     * or the new one.
     */
    public void put(Path file, RecordPath path) throws IOException {
        Path source = file.toAbsolutePath(); // which is not looked up in the directory
        Optional<Boolean> result = handles.apply(path.parent(), directory -> {
            directory.move(source, directory, Path.of(path.name()));
            return true;
        });
        if (result.isEmpty()) {
            Disk.replace(file, resolve(path));
        }
    }

    /**
     * Moves a file or directory within the tree atomically, replacing an existing file.
     *
     * @throws java.nio.file.AtomicMoveNotSupportedException if the paths are on different file systems
     */
    public void move(RecordPath source, RecordPath target) throws IOException {
        Optional<Boolean> result = handles.apply(
                source.parent(),
                from -> handles.apply(target.parent(), to -> {
                            from.move(Path.of(source.name()), to, Path.of(target.name()));
                            return true;
                        })
                        .orElse(null));
        if (result.isEmpty()) {
            Disk.replace(resolve(source), resolve(target));
        }
    }

    /** Removes a file, if it exists. */
    public void remove(RecordPath path) throws IOException {
        removeFile(path.parent(), Path.of(path.name()));
    }

    /** Removes a file or link, if it exists, by a name that need not be valid for a record. */
    public void removeFile(RecordPath directory, Path name) throws IOException {
        Optional<Boolean> result = handles.apply(directory, openDirectory -> {
            try {
                openDirectory.deleteFile(name);
            } catch (NoSuchFileException e) {
                return false;
            }
            return true;
        });
        if (result.isEmpty()) {
            Files.deleteIfExists(resolve(directory).resolve(name));
        }
    }

    /**
     * Removes a directory.
     *
     * @return whether it existed
     * @throws DirectoryNotEmptyException if it isn't empty
     */
    public boolean removeDirectory(RecordPath path) throws IOException {
        Optional<Boolean> result = handles.apply(path.parent(), parentDirectory -> {
            try {
                parentDirectory.deleteDirectory(Path.of(path.name()));
            } catch (NoSuchFileException e) {
                return false;
            }
            return true;
        });
        return result.isPresent() ? result.get() : Files.deleteIfExists(resolve(path));
    }

    /** Closes directory handles that weren't used for a while. */
    public void closeIdle() throws IOException {
        handles.closeIdle();
    }

    /** Closes all directory handles. */
    public void close() throws IOException {
        handles.close();
    }
}
