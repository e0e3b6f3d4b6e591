package io.datahub.broker;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.event.EventLog;
import io.datahub.api.event.EventReader;
import io.datahub.api.event.EventRun;
import io.datahub.api.event.Published;
import io.datahub.api.record.Cursor;
import io.datahub.broker.whiteboard.EventLogs;
import io.datahub.broker.whiteboard.RegisteredEventLog;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * An event that is validated, then kept, as its topic demands, and then delivered; it has its own copy of the bytes. The
 * steps run on the publisher's thread, on those of validators and on those of the log, one after the other. Thread-safe.
 */
final class PendingEvent implements EventLog.Completion {

    private enum State {
        /** The publisher hasn't been told yet that it is pending. */
        BEGUN,
        /** The publisher waits to be told the outcome. */
        AWAITED,
        OVER
    }

    private final EventRun run;
    private final int topicStart;
    private final Route route;
    private final SessionState session;
    private final PendingEventDelivery delivery;
    private final Runnable completed;
    private final Thread publishingThread = Thread.currentThread();
    private final AtomicReference<State> state = new AtomicReference<>(State.BEGUN);

    /** Whether all hubs of the cluster deliver it. Written before it is appended. */
    private volatile boolean isEverywhere;

    // written before the state is OVER
    private volatile Published outcome = Published.ACCEPTED;
    private volatile Optional<Refusal> refusal = Optional.empty();

    /**
     * Creates an event, on the publishing thread.
     *
     * @param run the event, in its own buffer
     * @param route what its topic demands
     * @param completed run once it is over, if {@link #begin} has returned false
     */
    PendingEvent(
            EventRun run,
            int topicStart,
            Route route,
            SessionState session,
            PendingEventDelivery delivery,
            Runnable completed) {
        this.run = run;
        this.topicStart = topicStart;
        this.route = route;
        this.session = session;
        this.delivery = delivery;
        this.completed = completed;
    }

    EventRun run() {
        return run;
    }

    int topicStart() {
        return topicStart;
    }

    Route route() {
        return route;
    }

    /** The outcome, once it is over. */
    Published outcome() {
        return outcome;
    }

    /** Why it was refused by validators or its log. */
    Optional<Refusal> refusal() {
        return refusal;
    }

    boolean isOver() {
        return state.get() == State.OVER;
    }

    /**
     * Begins the first step.
     *
     * @return whether it is over already, so that {@code completed} isn't run
     */
    boolean begin() {
        if (route.validators().isEmpty()) {
            append(route.log().orElseThrow());
        } else {
            EventReader event = new EventReader(run);
            event.next();
            delivery.router()
                    .validators()
                    .validate(route.validators(), event.topic(), run.user(), event.payload(), this::validated);
        }
        return !state.compareAndSet(State.BEGUN, State.AWAITED);
    }

    private void validated(Optional<Refusal> found) {
        if (found.isPresent()) {
            boolean isInvalid = found.get().reason() == Reason.INVALID;
            end(isInvalid ? Published.INVALID : Published.NOT_VALIDATED, found);
            return;
        }
        Published now =
                session.isClosed() ? Published.CLOSED : delivery.router().outcome(route.topic(), session.user());
        EventLogs logs = delivery.router().logs();
        Optional<RegisteredEventLog> log = logs.forTopic(route.topic());
        if (now != Published.ACCEPTED) {
            end(now, Optional.empty());
        } else if (log.isPresent()) {
            append(log.get());
        } else if (logs.isRequired(route.topic())) {
            end(Published.NOT_KEPT, Optional.empty());
        } else {
            deliver(run);
        }
    }

    private void append(RegisteredEventLog log) {
        isEverywhere = log.isShared();
        log.append(run, this);
    }

    @Override
    public void appended(Cursor cursor) {
        deliver(run.at(cursor));
    }

    @Override
    public void appended() {
        deliver(run);
    }

    private void deliver(EventRun event) {
        boolean flushes = state.get() == State.BEGUN && Thread.currentThread() == publishingThread;
        delivery.deliver(event, route, isEverywhere, flushes);
        end(Published.ACCEPTED, Optional.empty());
    }

    @Override
    public void repeated() {
        end(Published.ACCEPTED, Optional.empty());
    }

    @Override
    public void refused(Refusal why) {
        end(Published.NOT_KEPT, Optional.of(why));
    }

    private void end(Published result, Optional<Refusal> why) {
        outcome = result;
        refusal = why;
        delivery.release(run.length());
        if (state.getAndSet(State.OVER) == State.AWAITED) {
            completed.run();
        }
    }
}
