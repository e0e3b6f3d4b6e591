package io.datahub.api.file;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The stat of a path, without following a link. Two equal stats stand for the same content of the same file. Times are
 * nanoseconds since 1970. A program can set {@code modified} to any time, but not {@code changed}.
 *
 * @param kind what is at the path
 * @param size in bytes
 * @param modified when its bytes last changed (mtime)
 * @param changed when its bytes, name or permissions last changed (ctime); 0 if not available
 * @param key the inode number, which a rename keeps; 0 if not available
 * @param owner the user ID of the owner; -1 if not available
 * @param mode the Unix permissions; -1 if not available
 */
public record FileStat(Kind kind, long size, long modified, long changed, long key, int owner, int mode) {

    /** The kinds of files. */
    public enum Kind {
        /** A regular file. */
        FILE,
        /** A directory. */
        DIRECTORY,
        /** A link, a device, a socket: never followed, never served. */
        OTHER
    }

    private static final boolean IS_UNIX =
            FileSystems.getDefault().supportedFileAttributeViews().contains("unix");
    private static final String UNIX_ATTRIBUTES = "unix:mode,ino,size,lastModifiedTime,ctime,uid";
    private static final int TYPE_MASK = 0xf000;
    private static final int REGULAR_TYPE = 0x8000;
    private static final int DIRECTORY_TYPE = 0x4000;
    private static final int GROUP_OR_OTHERS_WRITE = 0x12;

    /**
     * Reads the stat of a path.
     *
     * @param path the path
     * @return empty if nothing is there, also because a parent is a file
     * @throws IOException if it can't be determined whether anything is there
     */
    public static Optional<FileStat> of(Path path) throws IOException {
        return ifPresent(path, IS_UNIX ? FileStat::unix : FileStat::basic);
    }

    /**
     * Reads only the kind of a path.
     *
     * @param path the path
     * @return empty if nothing is there, also because a parent is a file
     * @throws IOException if it can't be determined whether anything is there
     */
    public static Optional<Kind> kindOf(Path path) throws IOException {
        return ifPresent(
                path,
                present -> kind(Files.readAttributes(present, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)));
    }

    private interface Read<T> {
        T of(Path path) throws IOException;
    }

    private static <T> Optional<T> ifPresent(Path path, Read<T> read) throws IOException {
        try {
            return Optional.of(read.of(path));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (FileSystemException e) {
            if (isBelowFile(path)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Whether a parent is a file. The operating system says so, but in its own language. */
    private static boolean isBelowFile(Path path) {
        Path parent = path.getParent();
        while (parent != null && !Files.exists(parent)) {
            parent = parent.getParent();
        }
        return parent != null && Files.isRegularFile(parent);
    }

    private static FileStat unix(Path path) throws IOException {
        Map<String, Object> attributes = Files.readAttributes(path, UNIX_ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
        int mode = (Integer) attributes.get("mode");
        Kind kind = switch (mode & TYPE_MASK) {
            case REGULAR_TYPE -> Kind.FILE;
            case DIRECTORY_TYPE -> Kind.DIRECTORY;
            default -> Kind.OTHER;
        };
        return new FileStat(
                kind,
                (Long) attributes.get("size"),
                nanos((FileTime) attributes.get("lastModifiedTime")),
                nanos((FileTime) attributes.get("ctime")),
                (Long) attributes.get("ino"),
                (Integer) attributes.get("uid"),
                mode);
    }

    private static Kind kind(BasicFileAttributes attributes) {
        return attributes.isRegularFile() ? Kind.FILE : attributes.isDirectory() ? Kind.DIRECTORY : Kind.OTHER;
    }

    private static FileStat basic(Path path) throws IOException {
        BasicFileAttributes attributes =
                Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        return new FileStat(kind(attributes), attributes.size(), nanos(attributes.lastModifiedTime()), 0, 0, -1, -1);
    }

    private static long nanos(FileTime time) {
        return time.to(TimeUnit.NANOSECONDS);
    }

    /**
     * Whether it is a regular file.
     *
     * @return whether it is
     */
    public boolean isFile() {
        return kind == Kind.FILE;
    }

    /**
     * Whether it is a directory.
     *
     * @return whether it is
     */
    public boolean isDirectory() {
        return kind == Kind.DIRECTORY;
    }

    /**
     * Whether it is the same file with unmodified content; it may have been renamed.
     *
     * @param other another stat
     * @return whether it is
     */
    public boolean hasContentOf(FileStat other) {
        return key == other.key && size == other.size && modified == other.modified;
    }

    /**
     * Whether nothing about the file has changed, as far as size, times and inode number tell.
     *
     * @param earlier an earlier stat, of which owner and mode need not be known
     * @return whether nothing has
     */
    public boolean isUnchangedSince(FileStat earlier) {
        return kind == earlier.kind && changed == earlier.changed && hasContentOf(earlier);
    }

    /**
     * Whether nothing about the file has changed since a time; false if the file system doesn't report it.
     *
     * @param time the time
     * @return whether nothing has
     */
    public boolean isUnchangedSince(Instant time) {
        return changed != 0 && Instant.EPOCH.plusNanos(changed).isBefore(time);
    }

    /**
     * When content or attributes last changed: the later of mtime and ctime, in nanoseconds since 1970.
     *
     * @return the time
     */
    public long lastChanged() {
        return Math.max(modified, changed);
    }

    /**
     * Whether only this user and root can write it, according to owner and permissions; true if these are not
     * available.
     *
     * @param user the numeric id of the user
     * @return whether only they can
     */
    public boolean isWritableOnlyBy(int user) {
        return mode == -1 || ((owner == user || owner == 0) && (mode & GROUP_OR_OTHERS_WRITE) == 0);
    }
}
