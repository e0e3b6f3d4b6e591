package io.datahub.history.last;

import io.datahub.api.event.LastEvents;
import io.datahub.history.rules.LastRule;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the newest events to new subscribers, a page at a time and only while they have room, on a thread of its own.
 * Thread-safe.
 */
public final class LastEventSender implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LastEventSender.class);
    private static final int PAGE = 128;
    private static final long RETRY_MILLIS = 10;

    private final LastTopics topics;
    private final Lock lock;
    private final Runnable writeOut;
    private final ScheduledThreadPoolExecutor executor;

    /**
     * @param lock within which events are appended and delivered
     * @param writeOut writes what was appended so far
     */
    public LastEventSender(LastTopics topics, Lock lock, Runnable writeOut) {
        this.topics = topics;
        this.lock = lock;
        this.writeOut = writeOut;
        executor = new ScheduledThreadPoolExecutor(
                1, task -> new Thread(task, "datahub-history-last"), new ThreadPoolExecutor.DiscardPolicy());
        executor.setKeepAliveTime(30, TimeUnit.SECONDS);
        executor.allowCoreThreadTimeOut(true);
    }

    /**
     * Sends the newest events of a prefix.
     *
     * @param upTo the number of the last event that was delivered before the subscription
     */
    public void send(String prefix, long upTo, LastEvents.Receiver receiver) {
        execute(0, () -> {
            writeOut.run();
            for (LastRule rule : topics.rulesOf(prefix)) {
                execute(0, () -> sendPage(rule, prefix, "", upTo, receiver));
            }
        });
    }

    private void execute(long delayMillis, Runnable task) {
        Future<?> unused = executor.schedule(
                () -> {
                    try {
                        task.run();
                    } catch (RuntimeException e) {
                        LOG.error("event=history.last.failed consequence=\"a subscriber misses newest events\"", e);
                    }
                },
                delayMillis,
                TimeUnit.MILLISECONDS);
    }

    private void sendPage(LastRule rule, String prefix, String after, long upTo, LastEvents.Receiver receiver) {
        if (!receiver.isOpen()) {
            return;
        }
        if (!receiver.hasRoom()) {
            execute(RETRY_MILLIS, () -> sendPage(rule, prefix, after, upTo, receiver));
            return;
        }
        long writes = topics.writes();
        List<LastEvent> page = topics.read(rule, prefix, after, PAGE);
        if (page.isEmpty()) {
            return;
        }
        lock.lock();
        try {
            boolean isPresent = writes == topics.writes(); // what was read is what is stored now
            receiver.receive(page.stream()
                    .filter(event -> event.number() <= upTo && topics.isNewest(rule, event, isPresent))
                    .map(LastEvent::event)
                    .toList());
        } finally {
            lock.unlock();
        }
        String last = page.get(page.size() - 1).topic();
        execute(0, () -> sendPage(rule, prefix, last, upTo, receiver));
    }

    /** Stops; what hasn't been sent isn't. */
    @Override
    public void close() {
        executor.shutdownNow();
    }
}
