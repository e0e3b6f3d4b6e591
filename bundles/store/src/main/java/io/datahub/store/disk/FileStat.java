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
 * What the disk says of a path, without following a link. Times are nanoseconds since 1970.
 *
 * @param kind what lies there
 * @param size in bytes
 * @param modified when its bytes last changed
 * @param changed when its bytes, name or permissions last changed; 0 where the disk doesn't say
 * @param key the file's number, which stays when it is renamed; 0 where the disk has none
 * @param owner the number of the user that it belongs to; -1 where the disk doesn't say
 * @param mode its permissions as Unix has them; -1 where the disk doesn't say
 */
public record FileStat(Kind kind, long size, long modified, long changed, long key, int owner, int mode) {

    /** What can lie at a path. */
    public enum Kind {
        FILE,
        DIRECTORY,
        /** A link, a device, a socket: never followed, never served. */
        OTHER
    }

    private static final boolean IS_UNIX =
            FileSystems.getDefault().supportedFileAttributeViews().contains("unix");
    private static final String UNIX = "unix:mode,ino,size,lastModifiedTime,ctime,uid";
    private static final int TYPE = 0xf000;
    private static final int REGULAR = 0x8000;
    private static final int FOLDER = 0x4000;
    private static final int WRITABLE_BY_OTHERS = 0x12;

    /** Looks at a path; empty if nothing is there. */
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
        Map<String, Object> all = Files.readAttributes(path, UNIX, LinkOption.NOFOLLOW_LINKS);
        int mode = (Integer) all.get("mode");
        Kind kind = switch (mode & TYPE) {
            case REGULAR -> Kind.FILE;
            case FOLDER -> Kind.DIRECTORY;
            default -> Kind.OTHER;
        };
        return new FileStat(
                kind,
                (Long) all.get("size"),
                nanos((FileTime) all.get("lastModifiedTime")),
                nanos((FileTime) all.get("ctime")),
                (Long) all.get("ino"),
                (Integer) all.get("uid"),
                mode);
    }

    /** Looks only whether a directory lies there, and no link to one; empty if nothing is there. */
    static Optional<Kind> kindOf(Path path) throws IOException {
        try {
            return Optional.of(kind(Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    private static Kind kind(BasicFileAttributes all) {
        return all.isRegularFile() ? Kind.FILE : all.isDirectory() ? Kind.DIRECTORY : Kind.OTHER;
    }

    private static FileStat basic(Path path) throws IOException {
        BasicFileAttributes all = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        return new FileStat(kind(all), all.size(), nanos(all.lastModifiedTime()), 0, 0, -1, -1);
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

    /** Whether it is the same file and nobody wrote into it; it may have been renamed. */
    public boolean hasContentOf(FileStat other) {
        return key == other.key && size == other.size && modified == other.modified;
    }

    /** When anything about it last changed. */
    public long lastChanged() {
        return Math.max(modified, changed);
    }

    /** Whether nobody but this user and root can write it, so far as permissions say. */
    public boolean isWritableOnlyBy(int user) {
        return mode == -1 || ((owner == user || owner == 0) && (mode & WRITABLE_BY_OTHERS) == 0);
    }
}
