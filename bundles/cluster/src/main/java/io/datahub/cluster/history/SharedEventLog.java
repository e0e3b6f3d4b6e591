package io.datahub.cluster.history;

import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.cluster.LedgerEvents;
import io.datahub.api.cluster.LedgerEvents.Appended;
import io.datahub.api.cluster.NewLedgerEvent;
import io.datahub.api.cluster.SharedEvents;
import io.datahub.api.cluster.UnknownFateException;
import io.datahub.api.event.EventLog;
import io.datahub.api.event.EventRun;
import io.datahub.api.log.LogText;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Appends events of kept topics to the ledger on a thread of its own, one batch after the other: while one is under way
 * the next one collects. A batch of unknown fate is sent again until the ledger answers; its publishers wait. One that
 * certainly wasn't appended is sent again for some seconds and then refused. {@link KeptDelivery} completes what was
 * appended. Thread-safe.
 */
public final class SharedEventLog implements EventLog, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SharedEventLog.class);

    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);
    private static final long MAX_TRIED_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long FIRST_PAUSE_MILLIS = 20;
    private static final long LAST_PAUSE_MILLIS = 500;
    private static final long MAX_QUEUED_BYTES = 64L << 20;
    private static final long MAX_BATCH_BYTES = 4L << 20;
    private static final long STOP_MILLIS = 10_000;

    private static final SharedEvents.Rules NOTHING = new SharedEvents.Rules() {
        @Override
        public Result<NewLedgerEvent> admit(EventRun event) {
            return Result.refused(unavailable("there are no rules of kept topics at present; try again"));
        }

        @Override
        public Map<String, LedgerEvents.Bounds> keep() {
            return Map.of();
        }

        @Override
        public Map<String, LedgerEvents.LastBounds> last() {
            return Map.of();
        }
    };

    private final LedgerEvents events;
    private final EventContents contents;
    private final SentEvents sent;
    private final LongConsumer committed;
    private final LinkedBlockingQueue<Waiting> queue = new LinkedBlockingQueue<>();
    private final AtomicLong queuedBytes = new AtomicLong();
    private final Thread thread = new Thread(this::run, "datahub-cluster-events");
    private volatile SharedEvents.Rules rules = NOTHING;
    private volatile boolean closed;
    private long batches; // used by the thread only

    /** An event whose publisher waits. */
    private record Waiting(NewLedgerEvent event, Completion completion) {}

    /** @param committed called, on the thread, with the number up to which a batch has confirmed the journal */
    public SharedEventLog(LedgerEvents events, EventContents contents, SentEvents sent, LongConsumer committed) {
        this.events = events;
        this.contents = contents;
        this.sent = sent;
        this.committed = committed;
    }

    /** Starts the thread. */
    public void start() {
        thread.start();
    }

    /** Sets what is kept. */
    public void setRules(SharedEvents.Rules changed) {
        rules = changed;
    }

    /** The rules that are applied at present. */
    public SharedEvents.Rules rules() {
        return rules;
    }

    @Override
    public boolean isShared() {
        return true;
    }

    @Override
    public void append(EventRun event, Completion completion) {
        Result<NewLedgerEvent> admitted = rules.admit(event);
        if (admitted.isRefused()) {
            completion.refused(admitted.refusal().orElseThrow());
        } else if (closed || queuedBytes.get() > MAX_QUEUED_BYTES) {
            completion.refused(unavailable("events wait for the cluster's ledger; retry, or use another hub"));
        } else {
            queuedBytes.addAndGet(event.length());
            queue.add(new Waiting(admitted.get(), completion));
            if (closed) {
                refuseQueued();
            }
        }
    }

    private static Refusal unavailable(String detail) {
        return Refusal.unavailable(detail, RETRY_AFTER);
    }

    private void run() {
        try {
            while (!closed) {
                List<Waiting> batch = next();
                try {
                    append(batch);
                } catch (RuntimeException | LinkageError e) {
                    LOG.error("event=cluster.events.failed events={}", batch.size(), e);
                    refuse(batch);
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("event=cluster.events.stopped", e);
        }
    }

    private List<Waiting> next() throws InterruptedException {
        List<Waiting> batch = new ArrayList<>();
        long bytes = 0;
        Waiting one = queue.take();
        while (one != null) {
            batch.add(one);
            bytes += one.event().content().length();
            one = batch.size() < LedgerEvents.MAX_EVENTS && bytes < MAX_BATCH_BYTES ? queue.poll() : null;
        }
        queuedBytes.addAndGet(-bytes);
        return batch;
    }

    private void append(List<Waiting> batch) throws InterruptedException {
        batches++;
        for (int i = 0; i < batch.size(); i++) {
            sent.add(batches, i, batch.get(i).completion());
        }
        long began = System.nanoTime();
        boolean isUnknown = false;
        long pause = FIRST_PAUSE_MILLIS;
        List<NewLedgerEvent> stored = null;
        while (true) {
            try {
                stored = stored == null ? stored(batch) : stored;
                answered(events.append(sent.writer(), batches, stored));
                return;
            } catch (UnknownFateException e) {
                if (!isUnknown) {
                    LOG.warn("event=cluster.events.unknown events={} reason={}", batch.size(), LogText.quoted(e));
                }
                isUnknown = true;
            } catch (IOException e) {
                if (!isUnknown && System.nanoTime() - began > MAX_TRIED_NANOS) {
                    LOG.warn("event=cluster.events.refused events={} reason={}", batch.size(), LogText.quoted(e));
                    refuse(batch);
                    return;
                }
            }
            TimeUnit.MILLISECONDS.sleep(pause);
            pause = Math.min(LAST_PAUSE_MILLIS, 2 * pause);
        }
    }

    private List<NewLedgerEvent> stored(List<Waiting> batch) throws IOException {
        List<NewLedgerEvent> stored = new ArrayList<>(batch.size());
        for (Waiting one : batch) {
            NewLedgerEvent event = one.event();
            stored.add(new NewLedgerEvent(
                    event.topic(),
                    event.user(),
                    event.received(),
                    event.rule(),
                    event.newest(),
                    event.identity(),
                    contents.store(event.content())));
        }
        return stored;
    }

    private void answered(List<Appended> answers) {
        long last = 0;
        for (int i = 0; i < answers.size(); i++) {
            Appended answer = answers.get(i);
            last = Math.max(last, answer.number());
            if (answer.isRepeated()) {
                sent.addRepeated(batches, i, last);
            }
        }
        committed.accept(last);
    }

    /** Refuses a batch that wasn't appended. */
    private void refuse(List<Waiting> batch) {
        for (int i = 0; i < batch.size(); i++) {
            sent.remove(batches, i)
                    .ifPresent(completion -> completion.refused(
                            unavailable("the cluster's ledger doesn't answer; retry, or use another hub")));
        }
    }

    private void refuseQueued() {
        List<Waiting> left = new ArrayList<>();
        queue.drainTo(left);
        left.forEach(one -> one.completion().refused(stopping()));
    }

    private static Refusal stopping() {
        return unavailable("the hub is stopping; use another one");
    }

    /** Stops the thread, and refuses what isn't delivered yet. */
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        boolean interrupted = false;
        try {
            thread.join(STOP_MILLIS);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        refuseQueued();
        sent.removeAll().forEach(completion -> completion.refused(stopping()));
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
