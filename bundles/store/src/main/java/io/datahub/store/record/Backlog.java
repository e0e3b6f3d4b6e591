package io.datahub.store.record;

import io.datahub.api.record.Change;
import io.datahub.store.ledger.Ticket;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Optional;

/**
 * Changes from outside the hub that are entered but don't last yet. Nobody waits for each of them, so a scan that finds
 * many costs few flushes. For any thread.
 */
final class Backlog {

    private static final int MOST = 1_024;

    /** Guarded by this. */
    private final ArrayDeque<Item> items = new ArrayDeque<>();

    private record Item(Ticket<Optional<Change>> ticket, Runnable afterwards) {}

    void add(Ticket<Optional<Change>> ticket) throws IOException {
        add(ticket, () -> {});
    }

    /**
     * Adds one; waits for the oldest when there are too many.
     *
     * @param afterwards what is to be done some time after it lasts
     */
    void add(Ticket<Optional<Change>> ticket, Runnable afterwards) throws IOException {
        ticket.value().ifPresent(Audit::outside);
        synchronized (this) {
            items.add(new Item(ticket, afterwards));
        }
        shrink(MOST, true);
    }

    /** Takes off what lasts already; whatever failed is thrown here. */
    void tidy() throws IOException {
        shrink(0, false);
    }

    /** Waits until everything that was added lasts. */
    void await() throws IOException {
        shrink(0, true);
    }

    private void shrink(int most, boolean wait) throws IOException {
        while (true) {
            Item oldest;
            synchronized (this) {
                oldest = items.peek();
                boolean enough = items.size() <= most && (wait || oldest == null);
                if (enough || oldest == null || (!wait && !oldest.ticket().isDone())) {
                    return;
                }
                items.poll();
            }
            oldest.ticket().await();
            oldest.afterwards().run();
        }
    }
}
