package io.datahub.launcher;

import io.datahub.client.Event;
import io.datahub.client.HubClient;
import io.datahub.client.HubUnavailableException;
import io.datahub.client.Subscription;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** {@code datahub sub}: prints events as they come, until there were enough or somebody ends it. */
final class SubCommand {

    private static final String USAGE = "sub [--count N] [--wait SECONDS] [--json] [PREFIX ...]";
    private static final Duration TURN = Duration.ofMillis(500);

    private final Options options;
    private final OutputStream output;

    SubCommand(OutputStream output, String... arguments) throws CommandFailure {
        this.output = output;
        options = new Options(USAGE, Set.of("--json"), Set.of("--count", "--wait"), arguments);
    }

    void run(HubAccess access) throws CommandFailure {
        long wanted = options.number("--count").orElse(Long.MAX_VALUE);
        Optional<Duration> patience = options.number("--wait").map(Duration::ofSeconds);
        EventPrinter printer = new EventPrinter(options.has("--json"));
        String[] prefixes =
                options.words().isEmpty() ? new String[] {""} : options.words().toArray(String[]::new);
        try (HubClient client = access.connect(patience.orElse(HubClient.PATIENCE))) {
            tellGranted(client, prefixes);
            receive(client.subscribe(prefixes), printer, wanted, patience);
        }
    }

    /** Says what a subscription brings where that isn't all that was asked for, so that nobody waits for what never comes. */
    private static void tellGranted(HubClient client, String... prefixes) {
        try {
            client.granted(prefixes)
                    .filter(granted -> !granted.equals(List.of(prefixes)))
                    .ifPresent(granted -> System.err.println(
                            granted.isEmpty()
                                    ? "datahub: nothing of this is granted to you now; an administrator can grant it"
                                    : "datahub: granted to you of this is now: " + String.join(" ", granted)));
        } catch (HubUnavailableException e) {
            System.err.println("datahub: what is granted isn't known: " + e.getMessage());
        }
    }

    private void receive(Subscription subscription, EventPrinter printer, long wanted, Optional<Duration> patience)
            throws CommandFailure {
        long begun = System.nanoTime();
        Connection connection = new Connection();
        for (long count = 0; count < wanted; ) {
            Optional<Event> event = subscription.receive(TURN);
            connection.is(subscription.isConnected());
            if (event.isPresent()) {
                count++;
                try {
                    output.write(printer.line(event.get()));
                    output.flush();
                } catch (IOException e) {
                    return; // nobody reads any more
                }
            } else if (patience.isPresent()
                    && System.nanoTime() - begun > patience.get().toNanos()) {
                throw new CommandFailure(
                        CommandFailure.TIMEOUT,
                        "Only " + count + " events came within "
                                + patience.get().toSeconds() + " s.");
            }
        }
    }

    /** Tells when the connection is lost, and that it is back. */
    private static final class Connection {

        private boolean stood;
        private boolean lost;

        void is(boolean standing) {
            if (stood && !standing && !lost) {
                System.err.println("datahub: the connection is lost; trying again");
            } else if (lost && standing) {
                System.err.println("datahub: connected again");
            }
            lost = stood && !standing;
            stood |= standing;
        }
    }
}
