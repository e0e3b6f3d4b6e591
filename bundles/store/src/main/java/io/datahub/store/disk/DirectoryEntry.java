package io.datahub.store.disk;

import io.datahub.api.file.FileStat;
import io.datahub.records.guard.PathStatus;
import java.util.Objects;

/**
 * What is at a record path, including the directories that lead to it.
 *
 * @param kind what was found
 * @param stat the stat of the file or directory; null for other kinds
 */
public record DirectoryEntry(PathStatus.Kind kind, FileStat stat) {

    /** The entry of a path at which there is nothing. */
    public static final DirectoryEntry NOTHING = new DirectoryEntry(PathStatus.Kind.NOTHING, null);

    static final DirectoryEntry SPECIAL = new DirectoryEntry(PathStatus.Kind.SPECIAL, null);
    static final DirectoryEntry BELOW_FILE = new DirectoryEntry(PathStatus.Kind.BELOW_FILE, null);

    public DirectoryEntry {
        Objects.requireNonNull(kind);
    }

    static DirectoryEntry of(FileStat stat) {
        return switch (stat.kind()) {
            case FILE -> new DirectoryEntry(PathStatus.Kind.FILE, stat);
            case DIRECTORY -> new DirectoryEntry(PathStatus.Kind.DIRECTORY, stat);
            case OTHER -> SPECIAL;
        };
    }

    public boolean isFile() {
        return kind == PathStatus.Kind.FILE;
    }

    public boolean isDirectory() {
        return kind == PathStatus.Kind.DIRECTORY;
    }

    public boolean isNothing() {
        return kind == PathStatus.Kind.NOTHING;
    }
}
