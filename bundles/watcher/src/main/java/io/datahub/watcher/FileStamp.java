package io.datahub.watcher;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The state of a file by which modifications are detected: two equal stamps stand for the same content of the same
 * file. Times are nanoseconds since 1970. A program can set {@code modified} to any time, but not {@code changed}.
 *
 * @param kind the type of the file
 * @param size in bytes
 * @param modified when the content last changed, or the time that a program has set
 * @param changed when content, name or permissions last changed (ctime); 0 if the file system doesn't report it
 * @param key the inode number, which is unchanged by a rename; 0 if there is none
 */
record FileStamp(Kind kind, long size, long modified, long changed, long key) {

    /** The type of a file. */
    enum Kind {
        FILE,
        DIRECTORY,
        /** A symbolic link or a special file. */
        OTHER
    }

    /** The stamp of a file that was never read; equal to no stamp of an existing file. */
    static final FileStamp NONE = new FileStamp(Kind.FILE, -1, 0, 0, 0);

    private static final boolean IS_UNIX =
            FileSystems.getDefault().supportedFileAttributeViews().contains("unix");
    private static final int TYPE_MASK = 0xf000;
    private static final int REGULAR_TYPE = 0x8000;
    private static final int DIRECTORY_TYPE = 0x4000;

    /** Reads the stamp of a path, without following symbolic links; empty if nothing exists there. */
    static Optional<FileStamp> of(Path path) throws IOException {
        try {
            return Optional.of(IS_UNIX ? readUnix(path) : readBasic(path));
        } catch (NoSuchFileException | NotDirectoryException e) {
            return Optional.empty();
        }
    }

    private static FileStamp readUnix(Path path) throws IOException {
        Map<String, Object> attributes =
                Files.readAttributes(path, "unix:mode,ino,size,lastModifiedTime,ctime", LinkOption.NOFOLLOW_LINKS);
        Kind kind = switch ((Integer) attributes.get("mode") & TYPE_MASK) {
            case REGULAR_TYPE -> Kind.FILE;
            case DIRECTORY_TYPE -> Kind.DIRECTORY;
            default -> Kind.OTHER;
        };
        return new FileStamp(
                kind,
                (Long) attributes.get("size"),
                nanos((FileTime) attributes.get("lastModifiedTime")),
                nanos((FileTime) attributes.get("ctime")),
                (Long) attributes.get("ino"));
    }

    private static FileStamp readBasic(Path path) throws IOException {
        BasicFileAttributes attributes =
                Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        Kind kind = attributes.isRegularFile() ? Kind.FILE : attributes.isDirectory() ? Kind.DIRECTORY : Kind.OTHER;
        return new FileStamp(kind, attributes.size(), nanos(attributes.lastModifiedTime()), 0, 0);
    }

    private static long nanos(FileTime time) {
        return time.to(TimeUnit.NANOSECONDS);
    }

    boolean isFile() {
        return kind == Kind.FILE;
    }

    boolean isDirectory() {
        return kind == Kind.DIRECTORY;
    }

    /** Whether this is the same file with the same content, though it may have been renamed. */
    boolean hasBytesOf(FileStamp other) {
        return key == other.key && size == other.size && modified == other.modified;
    }

    /** Whether nothing about the file has changed since a time; false if the file system doesn't report it. */
    boolean isOlderThan(Instant moment) {
        return changed != 0 && Instant.EPOCH.plusNanos(changed).isBefore(moment);
    }

    /** The format that {@link #parse} reads; regular files only. */
    @Override
    public String toString() {
        return size + " " + modified + " " + changed + " " + key;
    }

    /** Parses the format of {@link #toString}. */
    static FileStamp parse(String text) {
        String[] fields = text.split(" ", -1);
        if (fields.length != 4) {
            throw new IllegalArgumentException("\"" + text + "\" isn't size, modified, changed and inode");
        }
        return new FileStamp(
                Kind.FILE,
                Long.parseLong(fields[0]),
                Long.parseLong(fields[1]),
                Long.parseLong(fields[2]),
                Long.parseLong(fields[3]));
    }
}
