package io.datahub.cluster.history;

import io.datahub.api.cluster.LedgerEvent;
import io.datahub.api.cluster.LedgerEvents;
import io.datahub.api.event.EventRun;
import io.datahub.api.event.LastEvents;
import io.datahub.api.log.LogLimit;
import io.datahub.api.log.LogText;
import io.datahub.cluster.journal.Confirmation;
import io.datahub.cluster.journal.EntryChanges;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the newest events of topics to new subscribers, from the ledger, a page at a time and only while they have room, on
 * a thread of its own. Thread-safe.
 */
public final class SharedLastEvents implements LastEvents, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SharedLastEvents.class);

    private static final int PAGE = 128;
    private static final long ROOM_MILLIS = 10;
    private static final long LEDGER_MILLIS = 500;

    private final LedgerEvents events;
    private final EventContents contents;
    private final Confirmation confirmation;
    private final EntryChanges changes;
    private final Supplier<Collection<String>> rules;
    private final LongSupplier announced;
    private final LogLimit failureLog = new LogLimit(1, Duration.ofMinutes(1));
    private final ScheduledThreadPoolExecutor executor;

    /** Held while a kept event is delivered, or a newest one is sent. */
    private final Lock lock = new ReentrantLock();

    private final Set<Sending> sendings = ConcurrentHashMap.newKeySet();

    /** The number of the kept event that was delivered last; guarded by the lock. */
    private long delivered;

    /**
     * @param rules the prefixes of the rules that keep newest events at present
     * @param announced the number up to which this hub has delivered everything
     */
    public SharedLastEvents(
            LedgerEvents events,
            EventContents contents,
            Confirmation confirmation,
            EntryChanges changes,
            Supplier<Collection<String>> rules,
            LongSupplier announced) {
        this.events = events;
        this.contents = contents;
        this.confirmation = confirmation;
        this.changes = changes;
        this.rules = rules;
        this.announced = announced;
        executor = new ScheduledThreadPoolExecutor(
                1, task -> new Thread(task, "datahub-cluster-last"), new ThreadPoolExecutor.DiscardPolicy());
        executor.setKeepAliveTime(30, TimeUnit.SECONDS);
        executor.allowCoreThreadTimeOut(true);
    }

    /** Delivers a kept event to those who have subscribed; nothing older of its topic is sent to them afterwards. */
    void deliver(LedgerEvent event, Runnable delivery) {
        lock.lock();
        try {
            delivered = event.number();
            sendings.forEach(sending -> sending.newer.add(event.topic()));
            delivery.run();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void subscribe(byte[] prefix, Runnable begin, Receiver receiver) {
        long upTo;
        lock.lock();
        try {
            begin.run();
            upTo = Math.max(delivered, announced.getAsLong());
        } finally {
            lock.unlock();
        }
        String text = new String(prefix, StandardCharsets.UTF_8);
        Sending sending = new Sending(upTo, receiver, Prefixes.storable(Prefixes.common(text, rules.get())));
        sendings.add(sending);
        execute(0, sending);
    }

    private void execute(long delayMillis, Sending sending) {
        Future<?> unused = executor.schedule(() -> runSafely(sending), delayMillis, TimeUnit.MILLISECONDS);
    }

    private void runSafely(Sending sending) {
        try {
            sending.run();
        } catch (RuntimeException e) {
            sendings.remove(sending);
            LOG.error("event=cluster.last.failed consequence=\"a subscriber misses newest events\"", e);
        }
    }

    /** Stops; what hasn't been sent isn't. */
    @Override
    public void close() {
        executor.shutdownNow();
    }

    /** Sends to one subscriber. Compared by identity. */
    private final class Sending {

        private final long upTo;
        private final Receiver receiver;

        /** Prefixes of topics that are still to be read, and the topic of the first that was read last. */
        private final Deque<String> prefixes;

        private String after = "";
        private final Deque<LedgerEvent> page = new ArrayDeque<>();

        /** Topics of which an event was delivered since the page was read; guarded by the lock. */
        private final Set<String> newer = new HashSet<>();

        Sending(long upTo, Receiver receiver, Collection<String> prefixes) {
            this.upTo = upTo;
            this.receiver = receiver;
            this.prefixes = new ArrayDeque<>(prefixes);
        }

        /** Sends a page. */
        void run() {
            if (!receiver.isOpen()) {
                sendings.remove(this);
                return;
            }
            try {
                if (page.isEmpty() && !read()) {
                    sendings.remove(this);
                    return;
                }
                while (!page.isEmpty() && receiver.hasRoom()) {
                    send(page.peekFirst());
                    page.removeFirst();
                }
                execute(page.isEmpty() ? 0 : ROOM_MILLIS, this);
            } catch (IOException e) {
                LogLimit.Decision line = failureLog.next();
                if (line.mayWrite()) {
                    LOG.warn(
                            "event=cluster.last.unreadable reason={} suppressed={} consequence=\"new subscribers wait for"
                                    + " newest events\"",
                            LogText.quoted(e),
                            line.suppressed());
                }
                execute(LEDGER_MILLIS, this);
            }
        }

        /** Reads the next page, which may be empty; false if there are no more. */
        private boolean read() throws IOException {
            if (prefixes.isEmpty()) {
                return false;
            }
            lock.lock();
            try {
                newer.clear();
            } finally {
                lock.unlock();
            }
            List<LedgerEvent> found = events.last(prefixes.peekFirst(), after, PAGE);
            confirmation.await(
                    found.stream().mapToLong(LedgerEvent::number).max().orElse(0));
            // of one that is later, the subscriber gets that which is delivered
            found.stream().filter(event -> event.number() <= upTo).forEach(page::add);
            if (found.size() < PAGE) {
                prefixes.removeFirst();
                after = "";
            } else {
                after = found.get(found.size() - 1).topic();
            }
            return true;
        }

        private void send(LedgerEvent event) throws IOException {
            EventRun run;
            try {
                run = contents.read(event);
            } catch (NoSuchFileException e) { // a later event of its topic has replaced it
                return;
            }
            lock.lock();
            try {
                if (!newer.contains(event.topic())) {
                    receiver.receive(List.of(event.rule().isPresent() ? run.at(changes.cursor(event.number())) : run));
                }
            } finally {
                lock.unlock();
            }
        }
    }
}
