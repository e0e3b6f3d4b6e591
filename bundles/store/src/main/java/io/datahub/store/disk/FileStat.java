package io.datahub.store.disk;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The stat of a path, without following a link. Times are nanoseconds since 1970.
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
        FILE,
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

    /** Reads the stat of a path; empty if nothing is there. */
    public static Optional<FileStat> of(Path path) throws IOException {
        try {
            return Optional.of(IS_UNIX ? unix(path) : basic(path));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (FileSystemException e) {
            if (e.getReason() != null && e.getReason().startsWith("Not a directory")) {
                return Optional.empty();
            }
            throw e;
        }
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

    /** Reads only the kind, without following a link; empty if nothing is there. */
    static Optional<Kind> kindOf(Path path) throws IOException {
        try {
            return Optional.of(kind(Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
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

    public boolean isFile() {
        return kind == Kind.FILE;
    }

    public boolean isDirectory() {
        return kind == Kind.DIRECTORY;
    }

    /** Whether it is the same file with unmodified content; it may have been renamed. */
    public boolean hasContentOf(FileStat other) {
        return key == other.key && size == other.size && modified == other.modified;
    }

    /** When content or attributes last changed: the later of mtime and ctime, in nanoseconds since 1970. */
    public long lastChanged() {
        return Math.max(modified, changed);
    }

    /**
     * Whether only this user and root can write it, according to owner and permissions; true if these are not
     * available.
     */
    public boolean isWritableOnlyBy(int user) {
        return mode == -1 || ((owner == user || owner == 0) && (mode & GROUP_OR_OTHERS_WRITE) == 0);
    }
}
