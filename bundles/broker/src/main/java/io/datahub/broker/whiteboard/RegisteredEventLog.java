package io.datahub.broker.whiteboard;

import io.datahub.api.Refusal;
import io.datahub.api.event.EventLog;
import io.datahub.api.event.EventRun;
import io.datahub.api.log.LogLimit;
import io.datahub.api.record.Cursor;
import io.datahub.broker.topic.TopicPrefixes;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A registered log with its topics. Each event that it is given has exactly one outcome, also if it throws, answers
 * twice, or is unregistered first. Thread-safe.
 */
public final class RegisteredEventLog {

    private static final Logger LOG = LoggerFactory.getLogger(RegisteredEventLog.class);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private final EventLog log;
    private final Set<Attempt> waiting = ConcurrentHashMap.newKeySet();
    private final Set<Announcement> announcements = ConcurrentHashMap.newKeySet();
    private final LogLimit limit = new LogLimit(1, Duration.ofSeconds(10));
    private volatile TopicPrefixes topics;
    private volatile boolean closed;

    RegisteredEventLog(EventLog log, TopicPrefixes topics) {
        this.log = log;
        this.topics = topics;
    }

    void setTopics(TopicPrefixes changed) {
        topics = changed;
    }

    TopicPrefixes topics() {
        return topics;
    }

    boolean keeps(byte[] topic) {
        return topics.matchPublished(topic);
    }

    /** Whether all hubs of the cluster deliver what it appends. */
    public boolean isShared() {
        return log.isShared();
    }

    /** Has it append an event; see {@link EventLog#append}. */
    public void append(EventRun event, EventLog.Completion completion) {
        Attempt attempt = new Attempt(completion);
        try {
            log.append(event, attempt);
        } catch (RuntimeException | LinkageError e) {
            logFailure(e);
            attempt.refused(unavailable("the log of this topic failed; the hub's log has the cause"));
        }
        if (!attempt.over.get()) {
            waiting.add(attempt);
            if (attempt.over.get()) {
                waiting.remove(attempt);
            } else if (closed) {
                attempt.refused(stopped());
            }
        }
    }

    private void logFailure(Throwable failure) {
        LogLimit.Decision line = limit.next();
        if (line.mayWrite()) {
            LOG.error(
                    "event=broker.log.failed log={} suppressed={}",
                    log.getClass().getName(),
                    line.suppressed(),
                    failure);
        }
    }

    /** Has it place a file event among its own; see {@link EventLog#announce}. */
    void announce(Cursor cursor, Runnable delivery) {
        Announcement announcement = new Announcement(delivery);
        try {
            log.announce(cursor, announcement);
        } catch (RuntimeException | LinkageError e) {
            logFailure(e);
            announcement.run();
        }
        if (!announcement.over.get()) {
            announcements.add(announcement);
            if (announcement.over.get()) {
                announcements.remove(announcement);
            } else if (closed) {
                announcement.run();
            }
        }
    }

    private static Refusal unavailable(String detail) {
        return Refusal.unavailable(detail, RETRY_AFTER);
    }

    private static Refusal stopped() {
        return unavailable("the log of this topic was stopped before it had kept the event; try again");
    }

    /** Refuses what hasn't been appended yet, and delivers the file events that it hasn't placed. */
    void close() {
        closed = true;
        announcements.forEach(Announcement::run);
        waiting.forEach(attempt -> attempt.refused(stopped()));
    }

    /** The appending of one event. Its first outcome counts. */
    private final class Attempt implements EventLog.Completion {

        private final EventLog.Completion completion;
        private final AtomicBoolean over = new AtomicBoolean();

        Attempt(EventLog.Completion completion) {
            this.completion = completion;
        }

        @Override
        public void appended(Cursor cursor) {
            if (over.compareAndSet(false, true)) {
                waiting.remove(this);
                completion.appended(cursor);
            }
        }

        @Override
        public void appended() {
            if (over.compareAndSet(false, true)) {
                waiting.remove(this);
                completion.appended();
            }
        }

        @Override
        public void repeated() {
            if (over.compareAndSet(false, true)) {
                waiting.remove(this);
                completion.repeated();
            }
        }

        @Override
        public void refused(Refusal refusal) {
            if (over.compareAndSet(false, true)) {
                waiting.remove(this);
                completion.refused(refusal);
            }
        }
    }

    /** A file event that is to be delivered once. */
    private final class Announcement implements Runnable {

        private final Runnable delivery;
        private final AtomicBoolean over = new AtomicBoolean();

        Announcement(Runnable delivery) {
            this.delivery = delivery;
        }

        @Override
        public void run() {
            if (over.compareAndSet(false, true)) {
                announcements.remove(this);
                delivery.run();
            }
        }
    }
}
