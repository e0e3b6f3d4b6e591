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
 * What tells whether a file was written to: two that are equal stand for the same bytes of the same file. Times are nanoseconds
 * since 1970. A program can set {@code modified} to any time, but not {@code changed}.
 *
 * @param size in bytes
 * @param modified when its bytes last changed, or whatever a program has set that to
 * @param changed when bytes, name or permissions last changed; 0 where the file system doesn't say
 * @param key the number of the inode, which stays when the file is renamed; 0 where there is none
 */
record Stamp(Kind kind, long size, long modified, long changed, long key) {

    /** What can lie at a path. */
    enum Kind {
        FILE,
        DIRECTORY,
        /** A link or a special file. */
        OTHER
    }

    /** Of a file that nobody has read yet; equal to that of no file. */
    static final Stamp NONE = new Stamp(Kind.FILE, -1, 0, 0, 0);

    private static final boolean IS_UNIX =
            FileSystems.getDefault().supportedFileAttributeViews().contains("unix");
    private static final int TYPE = 0xf000;
    private static final int REGULAR = 0x8000;
    private static final int FOLDER = 0x4000;

    /** Looks at a path, without following a link; empty if nothing is there. */
    static Optional<Stamp> of(Path path) throws IOException {
        try {
            return Optional.of(IS_UNIX ? unix(path) : basic(path));
        } catch (NoSuchFileException | NotDirectoryException e) {
            return Optional.empty();
        }
    }

    private static Stamp unix(Path path) throws IOException {
        Map<String, Object> all =
                Files.readAttributes(path, "unix:mode,ino,size,lastModifiedTime,ctime", LinkOption.NOFOLLOW_LINKS);
        Kind kind = switch ((Integer) all.get("mode") & TYPE) {
            case REGULAR -> Kind.FILE;
            case FOLDER -> Kind.DIRECTORY;
            default -> Kind.OTHER;
        };
        return new Stamp(
                kind,
                (Long) all.get("size"),
                nanos((FileTime) all.get("lastModifiedTime")),
                nanos((FileTime) all.get("ctime")),
                (Long) all.get("ino"));
    }

    private static Stamp basic(Path path) throws IOException {
        BasicFileAttributes all = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        Kind kind = all.isRegularFile() ? Kind.FILE : all.isDirectory() ? Kind.DIRECTORY : Kind.OTHER;
        return new Stamp(kind, all.size(), nanos(all.lastModifiedTime()), 0, 0);
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

    /** Whether it is the same file and nobody has written to it, though it may have been renamed. */
    boolean hasBytesOf(Stamp other) {
        return key == other.key && size == other.size && modified == other.modified;
    }

    /** Whether nothing about the file has changed since that moment; false where the file system doesn't say. */
    boolean isOlderThan(Instant moment) {
        return changed != 0 && Instant.EPOCH.plusNanos(changed).isBefore(moment);
    }

    /** The form in which {@link #parse} reads it: of a file only. */
    @Override
    public String toString() {
        return size + " " + modified + " " + changed + " " + key;
    }

    /** Reads what {@link #toString} wrote. */
    static Stamp parse(String text) {
        String[] parts = text.split(" ", -1);
        if (parts.length != 4) {
            throw new IllegalArgumentException("\"" + text + "\" isn't size, modified, changed and inode");
        }
        return new Stamp(
                Kind.FILE,
                Long.parseLong(parts[0]),
                Long.parseLong(parts[1]),
                Long.parseLong(parts[2]),
                Long.parseLong(parts[3]));
    }
}
