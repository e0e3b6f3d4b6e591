package io.datahub.cli.event;

import io.datahub.cli.core.Failure;
import io.datahub.cli.core.Json;
import io.datahub.cli.core.PrivateFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;

/** Up to where a watch has come, in a file of the user; only one process at a time has it. */
final class WatchState {

    private final Path file;
    private final FileChannel lock;
    private String saved;

    private WatchState(Path file, FileChannel lock) {
        this.file = file;
        this.lock = lock;
        saved = PrivateFiles.readObject(file)
                .map(json -> Json.string(json, "cursor"))
                .orElse("");
    }

    /** @param identity what the watch is: the hub, and its name or its arguments */
    static WatchState open(String... identity) {
        Path file = PrivateFiles.state().resolve("watch").resolve(PrivateFiles.name(identity) + ".json");
        Path lockFile = file.resolveSibling(file.getFileName() + ".lock");
        try {
            if (!Files.exists(lockFile)) {
                PrivateFiles.write(lockFile, "");
            }
            FileChannel lock = FileChannel.open(lockFile, StandardOpenOption.WRITE);
            if (lock.tryLock() == null) {
                lock.close();
                throw new Failure(
                        Failure.FAILED,
                        "the same watch runs already, and each change is for one of them: give this one a --name");
            }
            return new WatchState(file, lock);
        } catch (IOException e) {
            throw new Failure(Failure.FAILED, lockFile + " can't be locked: " + e.getMessage());
        }
    }

    Optional<String> cursor() {
        return saved.isEmpty() ? Optional.empty() : Optional.of(saved);
    }

    /** Remembers that everything up to this cursor is done. */
    void save(String cursor) {
        if (!lock.isOpen() || !cursor.equals(saved)) {
            PrivateFiles.write(file, Json.text(Map.of("cursor", cursor)));
            saved = cursor;
        }
    }
}
