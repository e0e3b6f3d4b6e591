package io.datahub.hooks.feed;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.event.CloseReason;
import io.datahub.api.event.EventBroker;
import io.datahub.api.event.EventReader;
import io.datahub.api.event.EventRun;
import io.datahub.api.event.EventSink;
import io.datahub.api.event.Session;
import io.datahub.api.feed.ReplayingFeed;
import io.datahub.api.history.EventHistory;
import io.datahub.api.log.LogText;
import io.datahub.api.record.Cursor;
import io.datahub.api.state.AdapterState;
import io.datahub.api.user.Login;
import io.datahub.api.user.Origin;
import io.datahub.api.user.User;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes the events of some topics to a consumer, one after another, on a thread of its own. The position after each kept
 * event (file events, events of kept topics) is stored in the state of an adapter once the consumer has processed it: after
 * a restart the feed continues there, so that each kept event is passed at least once and in order, and twice only if the
 * hub was killed between the two. Other events are passed while the hub runs, as far as they fit into the queue of a
 * session.
 *
 * <p>A feed that has no position yet begins with the next event.
 */
public final class EventFeed implements EventSink, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EventFeed.class);

    private static final int MAX_BYTES = 64 * 1024;
    private static final long RETRY_MILLIS = 5_000;
    private static final long CLOSE_MILLIS = 10_000;

    private final String name;
    private final List<String> topics;
    private final EventBroker broker;
    private final EventHistory history;
    private final FeedOwner owner;
    private final FeedPosition position;
    private final EventConsumer consumer;
    private final Thread thread;

    private volatile Optional<ScheduledExecutorService> renewal = Optional.empty(); // of the lease in a cluster
    private boolean signalled; // guarded by this
    private volatile boolean closed;
    private volatile boolean ended;

    /**
     * Creates a feed.
     *
     * @param name what it is called in logs; also the name of its thread
     * @param topics the topic prefixes; a * at the end is left out
     * @param state where the position is stored
     * @param hub the name of this hub in its cluster, of whose hubs one at a time runs the feed; empty if it is alone
     */
    public EventFeed(
            String name,
            List<String> topics,
            EventBroker broker,
            EventHistory history,
            AdapterState state,
            Optional<String> hub,
            EventConsumer consumer) {
        this.name = name;
        this.topics = topics.stream()
                .map(topic -> topic.endsWith("*") ? topic.substring(0, topic.length() - 1) : topic)
                .distinct()
                .toList();
        this.broker = broker;
        this.history = history;
        owner = new FeedOwner(state, hub);
        position = new FeedPosition(state, owner);
        this.consumer = consumer;
        thread = new Thread(this::run, "datahub-" + name);
        thread.setDaemon(true);
    }

    /** Starts to read. */
    public void start() {
        thread.start();
        if (owner.isShared()) {
            ScheduledExecutorService executor =
                    Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "datahub-" + name + "-lease"));
            renewal = Optional.of(executor);
            long millis = FeedOwner.LEASE.toMillis() / 4;
            var unused = executor.scheduleWithFixedDelay(this::renew, millis, millis, TimeUnit.MILLISECONDS);
        }
    }

    private void renew() {
        try {
            owner.renew();
        } catch (IOException | RuntimeException e) {
            LOG.warn("event=hooks.feed.lease-not-renewed feed={} reason={}", name, LogText.quoted(e));
        }
        if (!owner.isOwner()) {
            wake();
            consumer.disowned();
        }
    }

    /**
     * Ends the thread and waits for that. It isn't interrupted, since that would close the files that it reads at the
     * moment: a consumer that blocks must be told before.
     */
    @Override
    public void close() {
        closed = true;
        wake();
        try {
            thread.join(CLOSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        renewal.ifPresent(ScheduledExecutorService::shutdownNow);
    }

    /** Whether this hub runs the feed: it is alone, or no other hub of the cluster can have taken over. */
    public boolean isOwner() {
        return owner.isOwner();
    }

    /** The other hub of the cluster that runs this feed, as far as this one knows. */
    public Optional<String> otherHub() {
        return owner.other();
    }

    /** Has {@link EventConsumer#idle} called soon. */
    public synchronized void wake() {
        signalled = true;
        notifyAll();
    }

    @Override
    public void ready() {
        wake();
    }

    @Override
    public void resume() {
        // it publishes nothing in this session
    }

    @Override
    public void renewed(Login login) {
        // the hub itself may receive everything
    }

    @Override
    public void ended(CloseReason reason) {
        ended = true;
        wake();
    }

    private void run() {
        while (!closed) {
            try {
                if (owner.acquire()) {
                    consumer.started();
                    read();
                } else {
                    pause();
                }
            } catch (InterruptedException | Interruption e) {
                closed = true;
            } catch (IOException | RuntimeException e) {
                LOG.warn("event=hooks.feed.failed feed={} retrySeconds=5", name, e);
                pause();
            }
        }
        try {
            owner.release();
        } catch (IOException | RuntimeException e) {
            LOG.warn("event=hooks.feed.lease-not-released feed={} reason={}", name, LogText.quoted(e));
        }
    }

    private synchronized void pause() {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(RETRY_MILLIS);
        try {
            for (long left = RETRY_MILLIS; left > 0 && !closed; ) {
                wait(left);
                left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            }
        } catch (InterruptedException e) {
            closed = true;
        }
    }

    /** Reads from the stored position on, until the feed is closed or its session ends. */
    private void read() throws IOException, InterruptedException {
        ended = false;
        Cursor since = position();
        try (Session session = broker.open(hub(), this)) {
            ReplayingFeed feed = new ReplayingFeed(session, history);
            Refusal[] gap = new Refusal[1];
            Optional<Refusal> refusal = feed.subscribe(topics, since, found -> gap[0] = found);
            if (refusal.isPresent()) {
                skip(refusal.get());
                return;
            }
            long lost = session.lost();
            while (!closed && !ended && gap[0] == null && owner.isOwner()) {
                boolean more = feed.next(MAX_BYTES, this::pass);
                long now = session.lost();
                if (now > lost) {
                    consumer.lost(now - lost);
                    lost = now;
                }
                consumer.idle();
                if (feed.isUnavailable()) {
                    pause();
                } else if (!more) {
                    await();
                }
            }
            if (gap[0] != null) {
                skip(gap[0]);
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** A login of the hub itself. */
    public static Login hub() {
        return new Login(
                User.HUB,
                "webhook",
                Optional.empty(),
                Optional.empty(),
                new Origin("webhook", InetAddress.getLoopbackAddress(), true));
    }

    private Cursor position() throws IOException {
        Optional<Cursor> stored = position.load();
        if (stored.isPresent()) {
            return stored.get();
        }
        Cursor head = history.head();
        position.store(head, Instant.now());
        return head;
    }

    /**
     * Continues with the first event from which on nothing is missing. Those before the gap have been passed; so have those
     * of an earlier epoch that were published before the last one that was.
     *
     * @throws IOException if nothing is missing: the history can't be read at present
     */
    private void skip(Refusal refusal) throws IOException {
        String reason = refusal.detail();
        if (refusal.reason() != Reason.GONE) {
            throw new IOException("the history can't be read: " + reason);
        }
        LOG.error("event=hooks.feed.gap feed={} reason={}", name, LogText.quoted(reason));
        consumer.gap(reason);
        Cursor before = position();
        Cursor oldest = history.oldest(before, topics);
        if (oldest.isComparableTo(before)) {
            position.move(oldest);
        } else {
            position.restart(oldest, history.head());
        }
    }

    private synchronized void await() throws InterruptedException {
        while (!signalled && !closed) {
            wait();
        }
        signalled = false;
    }

    private void pass(EventRun run) {
        if (!owner.isOwner()) {
            throw new UncheckedIOException(new IOException("another hub of the cluster has taken over"));
        }
        EventReader reader = new EventReader(run);
        while (reader.next()) {
            ByteBuffer payload = reader.payload();
            byte[] bytes = new byte[payload.remaining()];
            payload.get(bytes);
            FeedEvent event = new FeedEvent(
                    reader.topic(), bytes, run.user(), Instant.ofEpochMilli(run.timeMillis()), run.cursor());
            try {
                Optional<Cursor> cursor = event.cursor();
                if (cursor.isPresent() && position.hasProcessed(cursor.get(), event.time())) {
                    continue;
                }
                consumer.accept(event);
                if (cursor.isPresent()) {
                    position.store(cursor.get(), event.time());
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                throw new Interruption(e);
            }
        }
    }

    /** Leaves the callback of the feed. */
    private static final class Interruption extends RuntimeException {

        private static final long serialVersionUID = 1;

        Interruption(InterruptedException cause) {
            super(cause);
        }
    }
}
