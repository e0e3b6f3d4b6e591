package io.datahub.cli.sync;

import io.datahub.cli.core.Failure;
import io.datahub.cli.core.Output;
import io.datahub.cli.core.Parallel;
import io.datahub.cli.hub.Digest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** One comparison of both trees, and the transfers that follow from it. */
abstract class SyncPass {

    /** What the hub will say again while record and file are the same. */
    private static final Set<Integer> FINAL = Set.of(400, 403, 413, 415, 422);

    private final Output output;
    private final boolean dryRun;
    private final boolean delete;
    private final AtomicInteger transferred = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private final AtomicInteger deleted = new AtomicInteger();

    final LocalTree local;
    final RemoteTree remote;
    final SyncState state;

    SyncPass(LocalTree local, RemoteTree remote, SyncState state, Output output, boolean delete, boolean dryRun) {
        this.local = local;
        this.remote = remote;
        this.state = state;
        this.output = output;
        this.delete = delete;
        this.dryRun = dryRun;
    }

    /** The paths that the target should have. */
    abstract Iterable<String> wanted(Map<String, LocalFile> files);

    /** The paths that only the target has. */
    abstract List<String> superfluous(Map<String, LocalFile> files);

    /** Whether a path that only the target seems to have may be deleted there. */
    abstract boolean isSuperfluous(String path);

    abstract void transfer(String path) throws IOException;

    /** Gives a file that has the bytes of a version its time, too, if it is the target's. */
    abstract LocalFile align(Path file, RemoteFile version) throws IOException;

    abstract void delete(String path) throws IOException;

    /** Runs it, with so many transfers at a time. */
    void run(int threads, Parallel parallel) throws IOException {
        Map<String, LocalFile> files = local.scan();
        files.keySet().removeIf(remote::isLeftOut);
        if (delete) {
            List<Parallel.Named> deletions = new ArrayList<>();
            superfluous(files)
                    .forEach(path -> deletions.add(new Parallel.Named(path, () -> {
                        if (!isSuperfluous(path)) {
                            return;
                        }
                        if (!dryRun) {
                            delete(path);
                            state.remove(path);
                        }
                        deleted.incrementAndGet();
                        report("delete", path);
                    })));
            // Before transfers: a file may stand where a directory has to be.
            parallel.run(threads, deletions);
        }
        List<Parallel.Named> transfers = new ArrayList<>();
        for (String path : wanted(files)) {
            RemoteFile version = state.remote().get(path);
            LocalFile file = files.get(path);
            boolean isEqual = version != null && file != null && state.isEqual(path, version, file);
            if (!isEqual && !state.isRefused(path, version, file)) {
                transfers.add(new Parallel.Named(path, () -> compareAndTransfer(path, version, file)));
            }
        }
        parallel.run(threads, transfers);
        if (!dryRun) {
            state.skipOwnChanges();
            state.save();
        }
    }

    private void compareAndTransfer(String path, RemoteFile version, LocalFile file) throws IOException {
        if (version != null && file != null && version.size() == file.size()) {
            String sha256 = remote.sha256(path, version);
            if (!sha256.isEmpty() && sha256.equals(Digest.of(local.resolve(path)))) {
                // Unless it has changed while it was read.
                Path same = local.resolve(path);
                if (LocalFile.of(same).equals(file)) {
                    state.setEqual(path, version.withSha256(sha256), dryRun ? file : align(same, version));
                }
                return;
            }
        }
        if (!dryRun) {
            try {
                transfer(path);
            } catch (Failure e) {
                if (FINAL.contains(e.httpStatus())) {
                    state.refuse(path, version, file);
                    refused.incrementAndGet();
                }
                throw e;
            }
        }
        transferred.incrementAndGet();
        report("transfer", path);
    }

    private void report(String action, String path) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("action", action);
        json.put("path", path);
        if (dryRun) {
            json.put("dryRun", true);
        }
        output.result(json, action + " " + path);
    }

    /** Whether all that failed was refused, and will be again. */
    boolean isDone(Parallel parallel) {
        return parallel.failures() == refused.get();
    }

    int transferred() {
        return transferred.get();
    }

    int deleted() {
        return deleted.get();
    }
}
