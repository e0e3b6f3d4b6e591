package io.datahub.store.disk;

import io.datahub.api.record.RecordPath;
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
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** The folder of the records. No link is followed below it. */
public final class Tree {

    /** The first segment of paths that are the hub's own: never listed, announced or addressable. */
    public static final String RESERVED = ".datahub-staging";

    /** Stands for bytes that can't be decoded, but can be part of a name in its own right too. */
    private static final char REPLACEMENT = '\ufffd';

    private static final int MAX_DISK_PATH_BYTES = 4095;
    private static final Set<OpenOption> READING = Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);

    /** Says that the folder isn't there, or isn't the one that it was. */
    public static final class Gone extends IOException {

        private static final long serialVersionUID = 1;

        Gone(String message) {
            super(message);
        }
    }

    private final Path root;
    private final Object rootKey;
    private final int rootBytes;
    private final Handles handles;

    public Tree(Path root) throws IOException {
        this.root = root;
        handles = new Handles(root);
        rootKey = Files.readAttributes(root, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
        rootBytes = bytes(root.toString()) + 1;
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    /** What tells the folder from another one in its place. */
    public String identity() {
        return String.valueOf(rootKey);
    }

    /** Whether nothing at all is in the folder, the hub's own things aside. */
    public boolean isEmpty() throws IOException {
        try (DirectoryStream<Path> children = Files.newDirectoryStream(root)) {
            for (Path child : children) {
                if (!child.getFileName().toString().equals(RESERVED)) {
                    return false;
                }
            }
            return true;
        }
    }

    public Path root() {
        return root;
    }

    public Path resolve(RecordPath path) {
        return path.under(root);
    }

    /** Whether the path is the hub's own. */
    public static boolean isReserved(RecordPath path) {
        String text = path.toString();
        return text.startsWith(RESERVED)
                && (text.length() == RESERVED.length() || text.charAt(RESERVED.length()) == '/');
    }

    /**
     * The name that a file found on disk has as text; empty where its bytes aren't UTF-8, so that no text leads to the file again.
     */
    public static Optional<String> name(Path file) {
        String name = file.getFileName().toString();
        boolean isText = name.indexOf(REPLACEMENT) < 0
                || file.getFileSystem().getPath(name).equals(file.getFileName());
        return isText ? Optional.of(name) : Optional.empty();
    }

    /** Whether the disk can hold a path of this length. */
    public boolean fits(RecordPath path) {
        return rootBytes + bytes(path.toString()) <= MAX_DISK_PATH_BYTES;
    }

    /** Looks at what the disk finds at a path, links on the way there followed: enough to know a file again by its stamps. */
    public DirectoryEntry lookUpUnchecked(RecordPath path) throws IOException {
        return FileStat.of(resolve(path)).map(DirectoryEntry::of).orElse(DirectoryEntry.NOTHING);
    }

    /**
     * Looks at a path, and at each directory that leads there.
     *
     * @throws IOException if the root is gone or another one than it was, so that nothing can be said
     */
    public DirectoryEntry lookUp(RecordPath path) throws IOException {
        requireRoot();
        if (path.isRoot()) {
            return DirectoryEntry.of(FileStat.of(root).orElseThrow(this::gone));
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

    /** Makes sure that the root is there and the one that it was, so that absence means something. */
    public void requireRoot() throws IOException {
        BasicFileAttributes now;
        try {
            now = Files.readAttributes(root, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            throw gone();
        }
        if (!now.isDirectory()) {
            throw gone();
        }
        if (!Objects.equals(now.fileKey(), rootKey)) {
            throw new Gone(root + " is another folder than at start; mount the right one, or restart the hub");
        }
    }

    private IOException gone() {
        return new Gone(root + " is gone; put it back, nothing is lost in the index");
    }

    /** Opens a file for reading; wherever its directories may be put meanwhile, it is in the tree. */
    public FileChannel open(RecordPath path) throws IOException {
        Optional<FileChannel> opened = handles.in(
                path.parent(), directory -> (FileChannel) directory.newByteChannel(Path.of(path.name()), READING));
        return opened.isPresent() ? opened.get() : FileChannel.open(resolve(path), READING);
    }

    /** Puts a file, or a directory, in place of what may be at the path, so that everybody sees either the one or the other. */
    public void put(Path file, RecordPath path) throws IOException {
        Optional<Boolean> done = handles.in(path.parent(), directory -> {
            try (DirectoryStream<Path> from = Files.newDirectoryStream(file.getParent())) {
                if (from instanceof SecureDirectoryStream<Path> source) {
                    source.move(file.getFileName(), directory, Path.of(path.name()));
                    return true;
                }
                return null;
            }
        });
        if (done.isEmpty()) {
            Disk.replace(file, resolve(path));
        }
    }

    /** Removes a file, if it is there. */
    public void remove(RecordPath path) throws IOException {
        removeFile(path.parent(), Path.of(path.name()));
    }

    /** Removes what is no directory, by a name that no record need have, if it is there. */
    public void removeFile(RecordPath directory, Path name) throws IOException {
        Optional<Boolean> done = handles.in(directory, handle -> {
            try {
                handle.deleteFile(name);
            } catch (NoSuchFileException e) {
                return false;
            }
            return true;
        });
        if (done.isEmpty()) {
            Files.deleteIfExists(resolve(directory).resolve(name));
        }
    }

    /**
     * Removes a directory.
     *
     * @return whether it was there
     * @throws DirectoryNotEmptyException if it isn't empty
     */
    public boolean removeDirectory(RecordPath path) throws IOException {
        Optional<Boolean> done = handles.in(path.parent(), above -> {
            try {
                above.deleteDirectory(Path.of(path.name()));
            } catch (NoSuchFileException e) {
                return false;
            }
            return true;
        });
        return done.isPresent() ? done.get() : Files.deleteIfExists(resolve(path));
    }

    /** Lets go of directories that were held open and weren't used for a while. */
    public void closeIdle() throws IOException {
        handles.closeIdle();
    }

    /** Lets go of all directories. */
    public void close() throws IOException {
        handles.close();
    }
}
