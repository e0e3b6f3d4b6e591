package io.datahub.cli.sync;

import io.datahub.cli.core.Failure;
import io.datahub.cli.core.Output;
import io.datahub.cli.hub.Downloads;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Makes the local tree like that of the hub. */
final class Pull extends SyncPass {

    private static final int NOT_FOUND = 404;

    private final Downloads downloads;

    Pull(
            LocalTree local,
            RemoteTree remote,
            SyncState state,
            Downloads downloads,
            Output output,
            boolean delete,
            boolean dryRun) {
        super(local, remote, state, output, delete, dryRun);
        this.downloads = downloads;
    }

    @Override
    Iterable<String> wanted(Map<String, LocalFile> files) {
        return new TreeSet<>(state.remote().keySet());
    }

    @Override
    List<String> superfluous(Map<String, LocalFile> files) {
        List<String> paths = new ArrayList<>(files.keySet());
        paths.removeAll(state.remote().keySet());
        return paths;
    }

    @Override
    boolean isSuperfluous(String path) {
        return remote.isAbsent(path);
    }

    @Override
    void transfer(String path) throws IOException {
        RemoteFile version = state.remote().get(path);
        Path file = local.resolve(path);
        try {
            Downloads.Fetched fetched = downloads.get(remote.path(path), file, version.time());
            RemoteFile now = new RemoteFile(fetched.etag(), fetched.size(), fetched.sha256(), version.time());
            state.setEqual(path, now, LocalFile.of(file));
        } catch (Failure e) {
            if (e.httpStatus() != NOT_FOUND) {
                throw e;
            }
            // It was deleted in the meantime, of which the journal tells next.
            state.remove(path);
        }
    }

    @Override
    void delete(String path) throws IOException {
        local.delete(path);
    }
}
