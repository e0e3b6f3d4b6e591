package io.datahub.history.log;

import io.datahub.api.Refusal;
import io.datahub.api.event.EventLog;
import io.datahub.api.event.EventReader;
import io.datahub.api.event.EventRun;
import io.datahub.api.event.LastEvents;
import io.datahub.api.record.Cursor;
import io.datahub.history.last.LastEventSender;
import io.datahub.history.last.LastTopics;
import io.datahub.history.rules.HistoryRules;
import io.datahub.history.rules.LastRule;
import io.datahub.history.segment.Position;
import io.datahub.history.segment.TopicLog;
import io.datahub.history.segment.TopicLogs;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Lock;

/**
 * Appends the events of kept topics, and gives them and file events one order.
 *
 * <p>Under one lock, an event gets its number and the number of the file event that was delivered last: together its
 * position, which never has to be changed, since file events come in by {@link #announce} and wait for the events before
 * them. It is written to the memory of its log. If publishers are answered before the flush, it is then delivered within
 * the same lock, else it joins a queue, and so do all later events and file events until the queue is empty, which {@link
 * HistoryFlusher} sees to. Thread-safe.
 */
public final class HistoryLog implements EventLog, LastEvents, AutoCloseable {

    private final TopicLogs logs;
    private final LastTopics last;
    private final Positions positions;
    private final HistoryFailure failure = new HistoryFailure();
    private final HistoryCounters counters = new HistoryCounters();
    private final RecentEvents recent = new RecentEvents();
    private final DeliveryQueue queue;
    private final Lock lock;
    private final Retention retention;
    private final SegmentWriter writer;
    private final HistoryFlusher flusher;
    private final TopicReaders readers;
    private final LastEventSender sender;

    /**
     * Opens the log.
     *
     * @param folder a folder of its own, which is created
     * @param snapshot exists while a backup copies that folder
     * @param journalHead the last file event
     * @throws IOException if the disk fails
     */
    public HistoryLog(Path folder, Path snapshot, Cursor journalHead) throws IOException {
        Deque<Closeable> opened = new ArrayDeque<>();
        try {
            logs = new TopicLogs(folder.resolve("topics"));
            opened.push(logs);
            last = new LastTopics(folder, snapshot);
            opened.push(last);
            positions = new Positions(folder, logs.lastNumber(), journalHead);
        } catch (IOException | RuntimeException e) {
            for (Closeable one : opened) {
                close(one, e);
            }
            throw e;
        }
        queue = new DeliveryQueue(positions.end());
        lock = queue.lock();
        retention = new Retention(folder, logs, last, positions, failure);
        writer = new SegmentWriter(logs, last, recent, positions, queue);
        flusher = new HistoryFlusher(writer, queue, positions, last, retention, failure, counters);
        readers = new TopicReaders(logs, positions, writer);
        sender = new LastEventSender(last, lock, this::writeOutLast);
        flusher.start();
    }

    private void writeOutLast() {
        try {
            writer.writeOutLast();
        } catch (IOException e) {
            failure.fail(e);
        }
    }

    private static void close(Closeable one, Exception cause) {
        try {
            one.close();
        } catch (IOException | RuntimeException e) {
            cause.addSuppressed(e);
        }
    }

    /**
     * Applies a configuration.
     *
     * @throws IOException if the disk fails; then the rules before stay in effect
     */
    public void configure(HistoryRules rules) throws IOException {
        writer.exclude(() -> {
            logs.configure(rules.keep());
            last.configure(rules.last());
        });
        recent.configure(rules.deduplicate());
        flusher.setPolicy(rules.flush());
        retention.setReserveBytes(rules.reserveBytes());
    }

    /** Sets what is run after the head has advanced, while the lock is held. */
    public void onAdvanced(Runnable action) {
        queue.onAdvanced(action);
    }

    @Override
    public void append(EventRun event, Completion completion) {
        EventReader reader = new EventReader(event);
        reader.next();
        String topic = reader.topic();
        Optional<RecentEvents.Candidate> candidate = recent.identify(topic, reader.payload());
        long now = candidate.isPresent() ? System.nanoTime() : 0;
        lock.lock();
        try {
            TopicLog log = logs.forTopic(topic);
            LastRule rule = last.rule(topic);
            Optional<Refusal> refusal = refusal(event, log, rule);
            if (refusal.isPresent()) {
                counters.refuse();
                completion.refused(refusal.get());
                return;
            }
            if (candidate.isPresent() && recent.isRepeated(candidate.get(), now)) {
                repeat(completion);
                return;
            }
            Position position = positions.next();
            candidate.ifPresent(one -> recent.add(one, now, position.number()));
            int length = log == null ? event.length() : log.append(positions.epoch(), position, event);
            counters.append(length);
            Cursor cursor = log == null ? null : positions.cursor(position);
            boolean isWaiting = !queue.isEmpty() || flusher.mustFlushBeforeAnswer();
            if (rule != null) {
                EventRun newest = cursor == null ? event : event.at(cursor);
                last.append(
                        rule,
                        topic,
                        position.number(),
                        newest,
                        !reader.payload().hasRemaining(),
                        isWaiting);
            }
            Head after = new Head(cursor == null ? queue.lastHead().cursor() : cursor, position.number());
            Runnable delivery = () -> complete(completion, cursor);
            if (isWaiting) {
                queue.add(new DeliveryQueue.Waiting(position.number(), after, delivery, completion, true));
            } else {
                queue.deliver(after, delivery);
            }
            writer.appended(length);
            flusher.appended(isWaiting);
        } finally {
            lock.unlock();
        }
    }

    /** Answers the publisher of a repeated event, once the first one is answered. */
    private void repeat(Completion completion) {
        counters.repeat();
        if (queue.isEmpty()) {
            completion.repeated();
        } else {
            queue.add(new DeliveryQueue.Waiting(
                    positions.lastNumber(), queue.lastHead(), completion::repeated, completion, false));
        }
    }

    private static void complete(Completion completion, Cursor cursor) {
        if (cursor == null) {
            completion.appended();
        } else {
            completion.appended(cursor);
        }
    }

    /** The refusal of an event, by the rules of its topic: null where there is none. */
    private Optional<Refusal> refusal(EventRun event, TopicLog log, LastRule rule) {
        if (log == null && rule == null) {
            return Optional.of(HistoryFailure.unavailable("the rules of kept topics have just changed; try again"));
        }
        if (flusher.isStopped() || !positions.isAvailable()) {
            return Optional.of(HistoryFailure.unavailable("the log of kept topics is stopping or busy; try again"));
        }
        Optional<Refusal> tooLarge = log == null ? Optional.empty() : log.rule().refuse(event.length());
        return tooLarge.or(() -> rule == null ? Optional.empty() : rule.refuse(event.length()))
                .or(failure::refusal);
    }

    @Override
    public void subscribe(byte[] prefix, Runnable begin, Receiver receiver) {
        long upTo;
        lock.lock();
        try {
            begin.run();
            upTo = queue.head().number();
        } finally {
            lock.unlock();
        }
        sender.send(new String(prefix, StandardCharsets.UTF_8), upTo, receiver);
    }

    @Override
    public void announce(Cursor cursor, Runnable delivery) {
        lock.lock();
        try {
            Head after = place(cursor);
            if (queue.isEmpty()) {
                queue.deliver(after, delivery);
            } else {
                queue.add(new DeliveryQueue.Waiting(positions.lastNumber(), after, delivery, null, false));
            }
        } finally {
            lock.unlock();
        }
    }

    /** Has all later events follow a file event; returns the end of what is delivered after it. */
    private Head place(Cursor cursor) {
        boolean isNew = false;
        try {
            isNew = positions.follow(cursor);
        } catch (IOException e) {
            failure.fail(e);
        }
        return isNew
                ? new Head(new Cursor(cursor.epoch(), cursor.sequence()), positions.lastNumber())
                : queue.lastHead();
    }

    /** The end of what was delivered. */
    public Head head() {
        return queue.head();
    }

    /**
     * Follows the journal if file events aren't announced here, since there is no broker at present.
     *
     * @param journalHead the end of the journal some time ago
     */
    public void follow(Cursor journalHead) {
        lock.lock();
        try {
            if (queue.isEmpty() && !journalHead.isUpTo(queue.head().cursor())) {
                queue.deliver(place(journalHead), () -> {});
            }
        } finally {
            lock.unlock();
        }
    }

    /** Reads what was appended. */
    public TopicReaders readers() {
        return readers;
    }

    /** Why events can't be kept at present; empty if they can. */
    public String failure() {
        return failure.text();
    }

    /** The counters since the start. */
    public HistoryCounters counters() {
        return counters;
    }

    /** How many events are remembered to recognize those that are published again. */
    public int recentEvents() {
        lock.lock();
        try {
            return recent.size();
        } finally {
            lock.unlock();
        }
    }

    /** The number of topics that have a newest event, by rule. */
    public Map<LastRule, Long> lastTopics() {
        return last.counts();
    }

    /** Flushes everything and closes the files. Nothing can be appended any more. */
    @Override
    public void close() {
        flusher.stop();
        sender.close();
        writer.close(List.of(last, positions, logs));
    }
}
