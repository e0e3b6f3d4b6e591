package io.datahub.history.log;

import io.datahub.api.Refusal;
import io.datahub.api.event.EventLog.Completion;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The order of delivery: where it has come to, and what waits for a flush, or for what is before it. All methods but
 * {@link #head} need the lock, within which the broker is called.
 */
final class DeliveryQueue {

    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private volatile Head head;
    private volatile Runnable advanced = () -> {};

    /**
     * What waits.
     *
     * @param number what must be flushed before
     * @param head the end of what is delivered after it
     * @param delivery delivers it
     * @param completion of a kept event, to be told if that can't be flushed; null for a file event
     * @param isAppended whether it has a number of its own; false for a file event and a repeated event
     */
    record Waiting(long number, Head head, Runnable delivery, Completion completion, boolean isAppended) {}

    /** @param head the end of what was delivered before */
    DeliveryQueue(Head head) {
        this.head = head;
    }

    ReentrantLock lock() {
        return lock;
    }

    /** Sets what is run after the head has advanced, while the lock is held. */
    void onAdvanced(Runnable action) {
        advanced = action;
    }

    /** The end of what was delivered. */
    Head head() {
        return head;
    }

    /** The end of what is delivered after everything that waits. */
    Head lastHead() {
        return waiting.isEmpty() ? head : waiting.peekLast().head();
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** Delivers something at once; nothing waits. */
    void deliver(Head after, Runnable delivery) {
        head = after;
        delivery.run();
        advanced.run();
    }

    void add(Waiting one) {
        waiting.addLast(one);
    }

    /** Delivers what waited for a flush that has covered everything up to a number. */
    void deliverUpTo(long number) {
        boolean any = false;
        while (!waiting.isEmpty() && waiting.peekFirst().number() <= number) {
            Waiting one = waiting.removeFirst();
            head = one.head();
            one.delivery().run();
            any = true;
        }
        if (any) {
            advanced.run();
        }
    }

    /** The number of the first kept event that waits; empty if there is none. */
    OptionalLong firstNumber() {
        return waiting.stream()
                .filter(Waiting::isAppended)
                .mapToLong(Waiting::number)
                .findFirst();
    }

    /** Refuses the kept events that wait; file events among them are delivered. */
    void refuse(Refusal refusal) {
        for (Waiting one = waiting.pollFirst(); one != null; one = waiting.pollFirst()) {
            if (one.completion() == null) {
                deliver(one.head(), one.delivery());
            } else {
                one.completion().refused(refusal);
            }
        }
    }
}
