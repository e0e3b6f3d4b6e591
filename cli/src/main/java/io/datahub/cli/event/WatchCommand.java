package io.datahub.cli.event;

import io.datahub.cli.context.CommonOptions;
import io.datahub.cli.core.Failure;
import io.datahub.cli.core.Json;
import io.datahub.cli.hub.Backoff;
import io.datahub.cli.hub.Hub;
import io.datahub.cli.hub.Journal;
import io.datahub.cli.hub.Paths;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code datahub watch}: prints each change of records once, or runs a command for it. */
@Command(
        name = "watch",
        description = {
            "Print each change of records, or run a command for it: once per change, also when the hub or this program is restarted.",
            "A file in the user's state directory remembers the position in the hub's journal, for the same hub and arguments (or --name)."
                    + " The first run begins with the next change. With --exec the position is stored when the command has succeeded."
        })
public final class WatchCommand implements Callable<Integer> {

    private static final int WAIT_SECONDS = 55;
    private static final int STOP_SECONDS = 30;

    @Mixin
    private CommonOptions common;

    @Option(
            names = "--exec",
            paramLabel = "CMD",
            description = {
                "Run this command line with the shell for each change, one after another. In its environment are DATAHUB_EVENT (created, updated,"
                        + " deleted, rejected), DATAHUB_PATH, DATAHUB_SIZE, DATAHUB_SHA256, DATAHUB_ETAG, DATAHUB_CHANGED_BY and"
                        + " DATAHUB_CURSOR; on its standard input is the change as JSON."
            })
    private String exec;

    @Option(
            names = "--attempts",
            paramLabel = "N",
            defaultValue = "5",
            description =
                    "Run a command that fails up to N times, then end with status 1; the next run begins with that change."
                            + " Default: ${DEFAULT-VALUE}.")
    private int attempts;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "Remember the position under this name instead of the arguments.")
    private String name;

    @Option(
            names = "--since",
            paramLabel = "CURSOR",
            description =
                    "Begin the first run after this cursor; 0 is the oldest change that there is, now the next one. A later run continues"
                            + " where the last one ended.")
    private String since;

    @Option(names = "--restart", description = "Forget where the last run ended.")
    private boolean restart;

    @Option(names = "--once", description = "End when there are no more changes.")
    private boolean once;

    @Parameters(
            arity = "0..*",
            paramLabel = "PREFIX",
            description = "What paths begin with. Default: everything that you may read.")
    private List<String> prefixes = List.of();

    /** Held while a change is handled and remembered, so that a stop doesn't come between. */
    private final ReentrantLock handling = new ReentrantLock();

    private volatile boolean isStopping;
    private List<String> wanted;
    private WatchState state;

    @Override
    public Integer call() {
        Failure.atLeast(1, "--attempts", attempts);
        wanted = prefixes.stream().map(Paths::of).toList();
        Hub hub = common.hub();
        Journal journal = new Journal(hub);
        try (WatchState opened = openState(hub)) {
            state = opened;
            Runtime.getRuntime().addShutdownHook(new Thread(this::awaitHandling, "stop"));
            return follow(journal);
        }
    }

    private WatchState openState(Hub hub) {
        return name == null
                ? WatchState.open(hub.url(), String.join("\n", wanted), String.valueOf(exec))
                : WatchState.open(hub.url(), name);
    }

    private int follow(Journal journal) {
        String cursor = begin(journal);
        boolean isAccepted = false;
        int failures = 0;
        while (true) {
            try {
                Optional<Journal.Page> page =
                        journal.changes(cursor, directory(), once || !isAccepted ? 0 : WAIT_SECONDS);
                if (page.isEmpty()) {
                    throw Journal.gone(journal.oldest(cursor));
                }
                // The first one is stored, too, but not before the hub has accepted it.
                isAccepted = true;
                state.moveTo(cursor);
                state.save();
                page.get().lines().forEach(this::handle);
                boolean isEnd = page.get().cursor().equals(cursor);
                cursor = page.get().cursor();
                state.moveTo(cursor);
                state.save();
                if (once && isEnd) {
                    return 0;
                }
                failures = 0;
            } catch (Failure e) {
                if (e.exitStatus() != Failure.UNREACHABLE || once) {
                    throw e;
                }
                common.output().note(e.getMessage() + "; trying again");
                Backoff.pause(++failures, Optional.empty());
            }
        }
    }

    private String begin(Journal journal) {
        if (!restart && state.cursor().isPresent()) {
            return state.cursor().get();
        }
        return since == null || since.equals("now") ? journal.end() : since;
    }

    /** What the hub can select by itself: one directory. */
    private String directory() {
        return wanted.size() == 1 && wanted.get(0).endsWith("/") ? wanted.get(0) : "";
    }

    private void handle(Map<String, Object> event) {
        String path = Json.string(event, "subject");
        if (!wanted.isEmpty() && wanted.stream().noneMatch(path::startsWith)) {
            return;
        }
        String cursor = Json.string(event, "id");
        if (exec == null) {
            handle(() -> {
                common.output().result(event, ChangeCommand.kind(event) + " " + path);
                // Stored with the page, or when it ends: it may be one of thousands.
                state.moveTo(cursor);
                return true;
            });
            return;
        }
        for (int attempt = 1; ; attempt++) {
            boolean isDone = handle(() -> {
                int status = new ChangeCommand(exec).run(event);
                if (status != 0) {
                    common.output().note("the command ended with status " + status + " for " + path);
                    return false;
                }
                state.moveTo(cursor);
                state.save();
                return true;
            });
            if (isDone) {
                return;
            }
            if (attempt >= attempts) {
                throw new Failure(
                        Failure.FAILED,
                        path + ": the command failed " + attempts + " times; the next run begins with this change");
            }
            Backoff.pause(attempt, Optional.empty());
        }
    }

    private boolean handle(Supplier<Boolean> change) {
        handling.lock();
        try {
            if (isStopping) {
                throw new Failure(Failure.FAILED, "stopped");
            }
            return change.get();
        } finally {
            handling.unlock();
        }
    }

    /** A command that runs is given time to end, so that its change isn't handled twice. */
    private void awaitHandling() {
        isStopping = true;
        try {
            if (handling.tryLock(STOP_SECONDS, TimeUnit.SECONDS)) {
                state.save();
            } else {
                common.output().note("the command still runs; its change will be handled again");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
