package io.datahub.cli.event;

import io.datahub.cli.context.CommonOptions;
import io.datahub.cli.core.Failure;
import io.datahub.cli.core.Output;
import io.datahub.cli.hub.Backoff;
import io.datahub.cli.hub.Hub;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code datahub sub}: prints events as they arrive. */
@Command(
        name = "sub",
        description = {
            "Print events as they arrive: topic, a space and the payload.",
            "When the connection is lost it subscribes again; file events and events of kept topics that were missed come first."
        })
public final class SubCommand implements Callable<Integer> {

    private static final int GONE = 410;
    private static final long MILLIS = 1_000;

    @Mixin
    private CommonOptions common;

    @Option(
            names = "--since",
            paramLabel = "CURSOR",
            defaultValue = "",
            description = "First what was kept after this cursor; 0 is the oldest.")
    private String since;

    @Option(names = "--count", paramLabel = "N", description = "End after N events.")
    private Integer count;

    @Option(
            names = "--wait",
            paramLabel = "SECONDS",
            description = "End after this time; with status 1 if --count wasn't reached.")
    private Integer seconds;

    @Parameters(
            arity = "0..*",
            paramLabel = "PREFIX",
            description = "What topics begin with. Default: everything that you may receive.")
    private List<String> prefixes = List.of();

    private int received;
    private long deadline = Long.MAX_VALUE;
    private boolean isOver;

    @Override
    public Integer call() {
        if (count != null) {
            Failure.atLeast(1, "--count", count);
        }
        if (seconds != null) {
            deadline = System.currentTimeMillis() + Failure.atLeast(0, "--wait", seconds) * MILLIS;
        }
        Hub hub = common.hub();
        boolean wasConnected = false;
        for (int failures = 0; !isOver; failures++) {
            if (failures > 0) {
                Backoff.pause(failures, Optional.empty());
            }
            try (EventStream stream = EventStream.open(hub, prefixes, since, this::reportGranted)) {
                wasConnected = true;
                failures = 0;
                print(stream);
            } catch (Failure e) {
                recover(e, wasConnected);
            } catch (IOException e) {
                note(e.getMessage());
            }
            isOver |= System.currentTimeMillis() >= deadline;
        }
        boolean isComplete = count == null || received >= count;
        if (!isComplete) {
            throw new Failure(Failure.FAILED, received + " of " + count + " events arrived in " + seconds + " s");
        }
        return 0;
    }

    private void print(EventStream stream) throws IOException {
        EventPrinter printer = new EventPrinter(common.output());
        Timer timer = new Timer("deadline", true);
        if (seconds != null) {
            timer.schedule(closing(stream), Math.max(deadline - System.currentTimeMillis(), 0));
        }
        try {
            for (Optional<EventStream.Received> next = stream.next(); next.isPresent(); next = stream.next()) {
                printer.print(next.get().event(), next.get().cursor());
                since = next.get().cursor().isEmpty() ? since : next.get().cursor();
                received++;
                if (count != null && received >= count) {
                    isOver = true;
                    return;
                }
            }
            note("the hub has ended the stream");
        } finally {
            timer.cancel();
        }
    }

    private static TimerTask closing(EventStream stream) {
        return new TimerTask() {
            @Override
            public void run() {
                try {
                    stream.close();
                } catch (IOException e) {
                    // It is over in any case.
                }
            }
        };
    }

    private void recover(Failure e, boolean wasConnected) {
        if (e.httpStatus() == GONE && wasConnected) {
            common.output().note(e.getMessage() + "; continuing with the next events");
            since = "";
        } else if (e.exitStatus() != Failure.UNREACHABLE || !wasConnected) {
            throw e;
        } else {
            note(e.getMessage());
        }
    }

    private void note(String reason) {
        if (System.currentTimeMillis() < deadline) {
            common.output().note("connection lost (" + reason + "); subscribing again");
        }
    }

    private void reportGranted(List<String> granted) {
        Output output = common.output();
        if (granted.isEmpty()) {
            output.note("nothing of it is granted to you now");
        } else if (!prefixes.stream().allMatch(prefix -> isCovered(prefix, granted))) {
            output.note("granted to you now: " + String.join(" ", granted));
        }
    }

    private static boolean isCovered(String prefix, List<String> granted) {
        return granted.stream().anyMatch(prefix::startsWith) || prefix.startsWith("file.") || prefix.startsWith("hub.");
    }
}
