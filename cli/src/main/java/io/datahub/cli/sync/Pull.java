package io.datahub.cli.sync;

import io.datahub.cli.core.Failure;
import io.datahub.cli.core.Output;
import io.datahub.cli.hub.Downloads;
import io.datahub.cli.hub.Paths;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Makes the local tree like that of the hub. */
final class Pull extends SyncPass {

    private static final int NOT_FOUND = 404;

    private final Downloads downloads;
    private Set<String> clashing = Set.of();

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
        clashing = Paths.clashing(state.remote().keySet());
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
            Downloads.Fetched fetched =
                    downloads.get(remote.path(Paths.distinct(path, clashing)), file, version::timeOf);
            // The journal tells of a newer one, and which time it has.
            if (fetched.etag().equals(version.etag())) {
                state.setEqual(path, version.withSha256(fetched.sha256()), LocalFile.of(file));
            }
        } catch (Failure e) {
            if (e.httpStatus() != NOT_FOUND) {
                throw e;
            }
            // It was deleted in the meantime, of which the journal tells next.
            state.remove(path);
        }
    }

    @Override
    LocalFile align(Path file, RemoteFile version) throws IOException {
        Files.setLastModifiedTime(file, FileTime.from(Instant.parse(version.time())));
        return LocalFile.of(file);
    }

    @Override
    void delete(String path) throws IOException {
        local.delete(path);
    }
}
