package io.datahub.store.reconcile;

import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.records.change.Audit;
import io.datahub.store.metadata.CommitFuture;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Changes by other programs that are in the index but not durable yet. They are flushed in batches, so a scan that
 * finds many costs few flushes. Thread-safe.
 */
public final class UnflushedChanges {

    private static final int MAX_PENDING = 1_024;

    /** Guarded by this. */
    private final ArrayDeque<Item> items = new ArrayDeque<>();

    private final Consumer<RecordPath> failed;

    private record Item(RecordPath path, CommitFuture<?> future, Work afterwards) {}

    /** What is done once a change is durable. */
    private interface Work {
        void run() throws IOException;
    }

    /** @param failed called with the paths whose changes couldn't be written because the disk failed */
    public UnflushedChanges(Consumer<RecordPath> failed) {
        this.failed = failed;
    }

    void add(RecordPath path, CommitFuture<Optional<Change>> future) throws IOException {
        add(path, future, () -> {});
    }

    /**
     * Adds a change; waits for the oldest when there are too many.
     *
     * @param afterwards run some time after the change is durable
     */
    void add(RecordPath path, CommitFuture<Optional<Change>> future, Runnable afterwards) throws IOException {
        add(new Item(path, future, () -> {
            future.await().ifPresent(Audit::external);
            afterwards.run();
        }));
    }

    /** Adds the changes of a move. */
    void addMove(RecordPath path, CommitFuture<List<Change>> future) throws IOException {
        add(new Item(path, future, () -> future.await().forEach(Audit::external)));
    }

    private void add(Item item) throws IOException {
        synchronized (this) {
            items.add(item);
        }
        shrink(MAX_PENDING, true);
    }

    /** Removes changes that are durable already; throws if one failed. */
    void removeDurable() throws IOException {
        shrink(0, false);
    }

    /** Waits until all changes are durable. */
    void await() throws IOException {
        shrink(0, true);
    }

    private void shrink(int max, boolean wait) throws IOException {
        while (true) {
            Item oldest;
            synchronized (this) {
                oldest = items.peek();
                boolean enough = items.size() <= max && (wait || oldest == null);
                if (enough || oldest == null || (!wait && !oldest.future().isDone())) {
                    return;
                }
                items.poll();
            }
            try {
                oldest.future().await();
            } catch (IOException e) {
                failed.accept(oldest.path());
                throw e;
            }
            oldest.afterwards().run();
        }
    }
}
