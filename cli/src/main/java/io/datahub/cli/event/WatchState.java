package io.datahub.cli.event;

import io.datahub.cli.core.Json;
import io.datahub.cli.core.PrivateFiles;
import io.datahub.cli.core.StateLock;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Up to where a watch has come, in a file of the user; only one process at a time has it. */
final class WatchState implements AutoCloseable {

    private final Path file;
    private final StateLock lock;
    private String cursor;
    private String saved;

    private WatchState(Path file, StateLock lock) {
        this.file = file;
        this.lock = lock;
        cursor = PrivateFiles.readState(file)
                .map(json -> Json.string(json, "cursor"))
                .orElse("");
        saved = cursor;
    }

    /** @param identity what the watch is: the hub, and its name or its arguments */
    static WatchState open(String... identity) {
        Path file = PrivateFiles.state().resolve("watch").resolve(PrivateFiles.name(identity) + ".json");
        return new WatchState(
                file,
                StateLock.acquire(
                        file,
                        "the same watch runs already, and each change is for one of them: give this one a --name"));
    }

    Optional<String> cursor() {
        return cursor.isEmpty() ? Optional.empty() : Optional.of(cursor);
    }

    /** Everything up to this cursor is done. */
    synchronized void moveTo(String newCursor) {
        cursor = newCursor;
    }

    /** Stores it, if it has changed. */
    synchronized void save() {
        if (!cursor.equals(saved)) {
            PrivateFiles.write(file, Json.text(Map.of("cursor", cursor)));
            saved = cursor;
        }
    }

    @Override
    public void close() {
        lock.close();
    }
}
