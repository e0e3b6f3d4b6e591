package io.datahub.store.record;

import io.datahub.api.record.Change;
import io.datahub.api.record.RecordPath;
import io.datahub.store.metadata.CommitFuture;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Changes from outside the hub that are entered but don't last yet. Nobody waits for each of them, so a scan that finds
 * many costs few flushes. For any thread.
 */
final class UnflushedChanges {

    private static final int MOST = 1_024;

    /** Guarded by this. */
    private final ArrayDeque<Item> items = new ArrayDeque<>();

    private final Consumer<RecordPath> failed;

    private record Item(RecordPath path, CommitFuture<Optional<Change>> ticket, Runnable afterwards) {}

    /** @param failed is told of the paths whose changes can't be kept, since the disk fails */
    UnflushedChanges(Consumer<RecordPath> failed) {
        this.failed = failed;
    }

    void add(RecordPath path, CommitFuture<Optional<Change>> ticket) throws IOException {
        add(path, ticket, () -> {});
    }

    /**
     * Adds one; waits for the oldest when there are too many.
     *
     * @param afterwards what is to be done some time after it lasts
     */
    void add(RecordPath path, CommitFuture<Optional<Change>> ticket, Runnable afterwards) throws IOException {
        synchronized (this) {
            items.add(new Item(path, ticket, afterwards));
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
            try {
                oldest.ticket().await().ifPresent(Audit::outside);
            } catch (IOException e) {
                failed.accept(oldest.path());
                throw e;
            }
            oldest.afterwards().run();
        }
    }
}
