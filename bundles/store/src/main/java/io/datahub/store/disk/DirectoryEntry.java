package io.datahub.store.disk;

import java.util.Objects;

/**
 * What lies where a record path points, the way there included.
 *
 * @param kind what was found
 * @param stat what the disk says of it; null unless it is a file or a directory
 */
public record DirectoryEntry(Kind kind, FileStat stat) {

    /** What can be found. */
    public enum Kind {
        FILE,
        DIRECTORY,
        NOTHING,
        /** A link or a special file, there or on the way there. */
        SPECIAL,
        /** A file on the way there, where a directory would have to be. */
        BELOW_FILE
    }

    /** Nothing at all. */
    public static final DirectoryEntry NOTHING = new DirectoryEntry(Kind.NOTHING, null);

    static final DirectoryEntry SPECIAL = new DirectoryEntry(Kind.SPECIAL, null);
    static final DirectoryEntry BELOW_FILE = new DirectoryEntry(Kind.BELOW_FILE, null);

    public DirectoryEntry {
        Objects.requireNonNull(kind);
    }

    static DirectoryEntry of(FileStat stat) {
        return switch (stat.kind()) {
            case FILE -> new DirectoryEntry(Kind.FILE, stat);
            case DIRECTORY -> new DirectoryEntry(Kind.DIRECTORY, stat);
            case OTHER -> SPECIAL;
        };
    }

    public boolean isFile() {
        return kind == Kind.FILE;
    }

    public boolean isDirectory() {
        return kind == Kind.DIRECTORY;
    }

    public boolean isNothing() {
        return kind == Kind.NOTHING;
    }
}
