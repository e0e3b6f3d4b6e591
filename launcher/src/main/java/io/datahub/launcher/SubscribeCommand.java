package io.datahub.launcher;

import io.datahub.client.Event;
import io.datahub.client.HubClient;
import io.datahub.client.HubConnectionException;
import io.datahub.client.Subscription;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** {@code datahub sub}: prints events as they arrive, until the count is reached or the command is interrupted. */
final class SubscribeCommand {

    private static final String USAGE = "sub [--count N] [--wait SECONDS] [--json] [PREFIX ...]";
    private static final Duration POLL_INTERVAL = Duration.ofMillis(500);

    private final Options options;
    private final OutputStream output;

    SubscribeCommand(OutputStream output, String... arguments) throws CommandFailure {
        this.output = output;
        options = new Options(USAGE, Set.of("--json"), Set.of("--count", "--wait"), arguments);
    }

    void run(HubAccess access) throws CommandFailure {
        long maxEvents = options.number("--count").orElse(Long.MAX_VALUE);
        Optional<Duration> timeout = options.number("--wait").map(Duration::ofSeconds);
        EventPrinter printer = new EventPrinter(options.has("--json"));
        String[] prefixes =
                options.words().isEmpty() ? new String[] {""} : options.words().toArray(String[]::new);
        try (HubClient client = access.connect(timeout.orElse(HubClient.DEFAULT_TIMEOUT))) {
            reportGrants(client, prefixes);
            receive(client.subscribe(prefixes), printer, maxEvents, timeout);
        }
    }

    /**
     * Reports the granted prefixes if they differ from the requested ones, so that no one waits for events that will
     * never arrive.
     */
    private static void reportGrants(HubClient client, String... prefixes) {
        try {
            client.granted(prefixes)
                    .filter(granted -> !granted.equals(List.of(prefixes)))
                    .ifPresent(granted -> System.err.println(
                            granted.isEmpty()
                                    ? "datahub: you have no grant for these prefixes; ask an administrator"
                                    : "datahub: you have grants only for: " + String.join(" ", granted)));
        } catch (HubConnectionException e) {
            System.err.println("datahub: can't determine your grants: " + e.getMessage());
        }
    }

    private void receive(Subscription subscription, EventPrinter printer, long maxEvents, Optional<Duration> timeout)
            throws CommandFailure {
        long startNanos = System.nanoTime();
        Connection connection = new Connection();
        for (long count = 0; count < maxEvents; ) {
            Optional<Event> event = subscription.receive(POLL_INTERVAL);
            connection.update(subscription.isConnected());
            if (event.isPresent()) {
                count++;
                try {
                    output.write(printer.line(event.get()));
                    output.flush();
                } catch (IOException e) {
                    return; // the reader has closed the output
                }
            } else if (timeout.isPresent()
                    && System.nanoTime() - startNanos > timeout.get().toNanos()) {
                throw new CommandFailure("Only " + count + " events arrived within "
                        + timeout.get().toSeconds() + " s.");
            }
        }
    }

    /** Reports the loss of the connection and its recovery. */
    private static final class Connection {

        private boolean wasConnected;
        private boolean lost;

        void update(boolean isConnected) {
            if (wasConnected && !isConnected && !lost) {
                System.err.println("datahub: connection lost; reconnecting");
            } else if (lost && isConnected) {
                System.err.println("datahub: reconnected");
            }
            lost = wasConnected && !isConnected;
            wasConnected |= isConnected;
        }
    }
}
