package io.datahub.api.record;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Notified of each change before its author receives the response. Registered as a service; called in journal order
 * from one thread at a time. All other changes wait for that thread, so it must return quickly, and leave what takes
 * longer to a thread of its own.
 */
@ConsumerType
public interface ChangeListener {

    /** What a listener returns that is done when it returns. */
    CompletionStage<Void> DONE = CompletableFuture.completedStage(null);

    /**
     * Called after a change became durable and before its author receives the response.
     *
     * @param change the change
     * @return completed when the listener has finished, in any way: the author's response waits for it, for at most ten
     *     seconds; later changes, and other listeners, don't
     */
    CompletionStage<Void> changed(Change change);
}
