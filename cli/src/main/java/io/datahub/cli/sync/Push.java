package io.datahub.cli.sync;

import io.datahub.cli.core.Failure;
import io.datahub.cli.core.Json;
import io.datahub.cli.core.Output;
import io.datahub.cli.hub.Conditions;
import io.datahub.cli.hub.Uploads;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Makes the tree of the hub like the local one. */
final class Push extends SyncPass {

    private static final int CONFLICT = 409;

    private final Uploads uploads;
    private final boolean mayDelete;

    Push(
            LocalTree local,
            RemoteTree remote,
            SyncState state,
            Uploads uploads,
            Output output,
            boolean delete,
            boolean dryRun) {
        super(local, remote, state, output, delete, dryRun);
        this.uploads = uploads;
        mayDelete = delete;
    }

    @Override
    Iterable<String> wanted(Map<String, LocalFile> files) {
        return files.keySet();
    }

    @Override
    List<String> superfluous(Map<String, LocalFile> files) {
        List<String> paths = new ArrayList<>(state.remote().keySet());
        paths.removeAll(files.keySet());
        return paths;
    }

    @Override
    boolean isSuperfluous(String path) {
        return true;
    }

    @Override
    void transfer(String path) throws IOException {
        Path file = local.resolve(path);
        LocalFile before = LocalFile.of(file);
        Map<String, Object> stored = put(file, path);
        if (LocalFile.of(file).equals(before)) {
            state.setEqual(path, RemoteFile.of(stored), before);
            state.addOwnChange(Json.string(stored, "cursor"));
        }
    }

    private Map<String, Object> put(Path file, String path) throws IOException {
        try {
            return uploads.put(file, remote.path(path), Conditions.NONE);
        } catch (Failure e) {
            // A directory of the hub remains when what was in it is deleted.
            if (e.httpStatus() != CONFLICT || !mayDelete || !remote.deleteEmptyDirectory(path)) {
                throw e;
            }
            return uploads.put(file, remote.path(path), Conditions.NONE);
        }
    }

    @Override
    LocalFile align(Path file, RemoteFile version) throws IOException {
        return LocalFile.of(file);
    }

    @Override
    void delete(String path) {
        RemoteFile version = state.remote().get(path);
        if (version != null) {
            remote.delete(path, version);
        }
    }
}
