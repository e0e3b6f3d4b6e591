package io.datahub.cli.sync;

import io.datahub.cli.context.CommonOptions;
import io.datahub.cli.core.Failure;
import io.datahub.cli.core.Output;
import io.datahub.cli.core.Parallel;
import io.datahub.cli.core.Progress;
import io.datahub.cli.hub.Backoff;
import io.datahub.cli.hub.Downloads;
import io.datahub.cli.hub.Hub;
import io.datahub.cli.hub.Paths;
import io.datahub.cli.hub.Uploads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code datahub sync}: makes one tree like the other. */
@Command(
        name = "sync",
        description = {
            "Make the directory TO like FROM; one of them is hub:PATH, the other a local directory.",
            "A file in the user's state directory remembers the position in the hub's journal, so that the next run looks at changes only."
                    + " Files are compared by SHA-256. Links and empty directories are left out."
        })
public final class SyncCommand implements Callable<Integer> {

    private static final int WAIT_SECONDS = 30;
    private static final int SCAN_MILLIS = 2_000;

    @Mixin
    private CommonOptions common;

    @Option(
            names = "-P",
            paramLabel = "N",
            defaultValue = "32",
            description = "Transfer N files at a time, of large ones fewer. Default: ${DEFAULT-VALUE}.")
    private int threads;

    @Option(names = "--delete", description = "Delete what is in TO and not in FROM.")
    private boolean delete;

    @Option(names = "--watch", description = "Go on with changes as they happen, until interrupted.")
    private boolean watch;

    @Option(names = "--dry-run", description = "Show what would be done.")
    private boolean dryRun;

    @Parameters(index = "0", paramLabel = "FROM", description = "The tree to copy: hub:PATH, or a directory.")
    private String from;

    @Parameters(index = "1", paramLabel = "TO", description = "The tree to change: a directory, or hub:PATH.")
    private String to;

    @Override
    public Integer call() throws IOException {
        Failure.atLeast(1, "-P", threads);
        boolean isPull = Paths.isRemote(from);
        if (isPull == Paths.isRemote(to)) {
            throw new Failure(Failure.USAGE, "'" + from + "' and '" + to + "': exactly one of them has to be hub:PATH");
        }
        String tree = Paths.directory(isPull ? from : to);
        Path named = Path.of(isPull ? to : from).toAbsolutePath().normalize();
        // Where links to it lead: a walk doesn't follow one at its beginning.
        Path directory = Files.exists(named) ? named.toRealPath() : named;
        if (!isPull && !Files.isDirectory(directory)) {
            throw new Failure(Failure.FAILED, directory + " is no directory");
        }
        if (Files.exists(directory) && !Files.isDirectory(directory)) {
            throw new Failure(Failure.FAILED, directory + " is no directory");
        }
        Hub hub = common.hub();
        Output output = common.output();
        try (SyncState state =
                        SyncState.open(isPull ? "from" : "to", hub.url() + Paths.files(tree), directory.toString());
                Progress progress = new Progress(output)) {
            LocalTree local = new LocalTree(directory, !isPull, output);
            RemoteTree remote = new RemoteTree(hub, tree, state);
            int failures = 0;
            for (boolean isFirst = true; ; isFirst = false) {
                Parallel parallel = new Parallel(output);
                try {
                    if (!isFirst && !isPull) {
                        Backoff.pauseMillis(SCAN_MILLIS);
                    }
                    remote.refresh(isPull && !isFirst ? WAIT_SECONDS : 0, isPull);
                    SyncPass pass = isPull
                            ? new Pull(local, remote, state, new Downloads(hub, progress), output, delete, dryRun)
                            : new Push(local, remote, state, new Uploads(hub, progress), output, delete, dryRun);
                    pass.run(threads, parallel);
                    if (isFirst || pass.transferred() + pass.deleted() > 0) {
                        summarize(pass, state);
                    }
                    failures = pass.isDone(parallel) || pass.transferred() > 0 ? 0 : failures + 1;
                } catch (NotDirectoryException e) {
                    String gone = directory + " is gone or was replaced while it was read; nothing is deleted";
                    if (!watch) {
                        throw new Failure(Failure.FAILED, gone);
                    }
                    output.note(gone + "; trying again");
                    failures++;
                } catch (Failure e) {
                    if (!watch || e.exitStatus() != Failure.UNREACHABLE) {
                        throw e;
                    }
                    output.note(e.getMessage() + "; trying again");
                    failures++;
                }
                if (!watch) {
                    return parallel.exitStatus();
                }
                if (failures > 0) {
                    Backoff.pause(failures, Optional.empty());
                }
            }
        }
    }

    private void summarize(SyncPass pass, SyncState state) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("transferred", pass.transferred());
        json.put("deleted", pass.deleted());
        json.put("cursor", state.cursor());
        String text = dryRun ? " would be transferred, " : " transferred, ";
        common.output()
                .result(json, pass.transferred() + text + pass.deleted() + (dryRun ? " would be deleted" : " deleted"));
    }
}
