package io.datahub.store.record;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.record.RecordPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** The room on the disks that the hub writes to, of which a reserve stays free. */
final class Room {

    /** Whoever writes for long looks again after so many bytes. */
    static final long EVERY = 8L << 20;

    /** What a change of the index, or of the users file, may need, in bytes. */
    private static final long LEAST = 1L << 18;

    private final List<Path> folders;
    private final Supplier<Settings> settings;

    Room(List<Path> folders, Supplier<Settings> settings) {
        this.folders = List.copyOf(folders);
        this.settings = settings;
    }

    /** Refuses if there is no room for so many bytes more, beside the reserve. */
    Optional<Refusal> refuse(long bytes) throws IOException {
        return refuse(bytes, settings.get().reserveBytes());
    }

    /** The same for bytes that belong to this path: the users file may use the reserve, or nobody could lose access. */
    Optional<Refusal> refuse(RecordPath path, long bytes) throws IOException {
        return path.equals(RecordPath.USERS) ? refuse(bytes, 0) : refuse(bytes);
    }

    /** Whether the disks take anything at all. */
    boolean isThere() throws IOException {
        return refuse(LEAST, 0).isEmpty();
    }

    private Optional<Refusal> refuse(long bytes, long reserve) throws IOException {
        for (Path folder : folders) {
            long usable = folder.toFile().getUsableSpace();
            if (usable - bytes < reserve) {
                if (!Files.isDirectory(folder)) {
                    throw new IOException(folder + " is gone");
                }
                return Optional.of(full());
            }
        }
        return Optional.empty();
    }

    static Refusal full() {
        return new Refusal(
                Reason.NO_ROOM, "the hub's disk has no room for it; delete something or ask an administrator");
    }
}
