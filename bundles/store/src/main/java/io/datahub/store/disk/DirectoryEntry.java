package io.datahub.store.disk;

import io.datahub.api.file.FileStat;
import java.util.Objects;

/**
 * What is at a record path, including the directories that lead to it.
 *
 * @param kind what was found
 * @param stat the stat of the file or directory; null for other kinds
 */
public record DirectoryEntry(Kind kind, FileStat stat) {

    /** The kinds of entries. */
    public enum Kind {
        FILE,
        DIRECTORY,
        NOTHING,
        /** A link or special file, at the path or on the way to it; never followed or served. */
        SPECIAL,
        /** A file on the way to the path, where a directory is needed. */
        BELOW_FILE
    }

    /** The entry of a path at which there is nothing. */
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
