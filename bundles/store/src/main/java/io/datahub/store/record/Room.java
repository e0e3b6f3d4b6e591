package io.datahub.store.record;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
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

    private final List<Path> folders;
    private final Supplier<Settings> settings;

    Room(List<Path> folders, Supplier<Settings> settings) {
        this.folders = List.copyOf(folders);
        this.settings = settings;
    }

    /** Refuses if there is no room for so many bytes more. */
    Optional<Refusal> refuse(long bytes) throws IOException {
        for (Path folder : folders) {
            long usable = folder.toFile().getUsableSpace();
            if (usable - bytes < settings.get().reserveBytes()) {
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
