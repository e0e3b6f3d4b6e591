package io.datahub.history.log;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.event.EventLog;
import io.datahub.api.event.EventReader;
import io.datahub.api.event.EventRun;
import io.datahub.api.event.LastEvents;
import io.datahub.api.log.LogLimit;
import io.datahub.api.record.Cursor;
import io.datahub.history.last.LastEventSender;
import io.datahub.history.last.LastTopics;
import io.datahub.history.rules.FlushPolicy;
import io.datahub.history.rules.KeepRule;
import io.datahub.history.rules.LastRule;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Appends the events of kept topics, and gives them and file events one order.
 *
 * <p>Under one lock, an event gets its number and the number of the file event that was delivered last: together its
 * position, which never has to be changed, since file events come in by {@link #announce} and wait for the events before
 * them. It is written to the memory of its log. If publishers are answered before the flush, it is then delivered within
 * the same lock, else it joins a queue, and so do all later events and file events until the queue is empty. The writer
 * thread writes and flushes all logs, at the latest after the window, and then delivers what the flush has covered.
 *
 * <p>Locks: the writing lock (one thread writes to segments: the writer, or the one that writes for a reader that needs
 * what is still in memory), then the lock, within which the broker is called. Thread-safe.
 */
public final class HistoryLog implements EventLog, LastEvents, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(HistoryLog.class);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);
    private static final long TICK_MILLIS = 1_000;

    /** The writer begins early with so many unwritten bytes. */
    private static final long WRITE_BYTES = 1 << 20;

    /** With so many unwritten bytes, publishers are answered only after the flush, which slows them down. */
    private static final long MAX_UNWRITTEN_BYTES = 16L << 20;

    private final Path folder;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();
    private final ReentrantLock writing = new ReentrantLock();
    private final WriteThread writes = new WriteThread(writing);
    private final TopicLogs logs;
    private final LastTopics last;
    private final LastEventSender sender;
    private final LogLimit failureLines = new LogLimit(1, Duration.ofSeconds(10));
    private final Thread writer = new Thread(this::writeLoop, "datahub-history-writer");

    // guarded by the lock
    private final Numbers numbers;
    private final Deque<Waiting> queue = new ArrayDeque<>();
    private long sequence;
    private long unwrittenBytes;
    private boolean dirty;
    private long firstUnflushedNanos;
    private boolean flushRequested;
    private boolean stopped;

    /** Logs with something to flush; guarded by the writing lock. */
    private final List<TopicLog> unflushed = new ArrayList<>();

    /** The number up to which everything is in segments; set under the writing lock. */
    private volatile long written;

    private volatile Epoch epoch;
    private volatile Head head;
    private volatile FlushPolicy policy = new FlushPolicy(false, 100);
    private volatile long reserveBytes;
    private volatile String failure = "";
    private volatile Runnable advanced = () -> {};
    private final HistoryCounters counters = new HistoryCounters();

    /**
     * What waits for a flush, or for what is before it.
     *
     * @param number what must be flushed before
     * @param head the end of what is delivered after it
     * @param delivery delivers it
     * @param completion of a kept event, to be told if that can't be flushed; null for a file event
     */
    private record Waiting(long number, Head head, Runnable delivery, Completion completion) {}

    /**
     * Opens the log.
     *
     * @param folder a folder of its own, which is created
     * @param snapshot exists while a backup copies that folder
     * @param journalHead the last file event
     * @throws IOException if the disk fails
     */
    public HistoryLog(Path folder, Path snapshot, Cursor journalHead) throws IOException {
        this.folder = folder;
        logs = new TopicLogs(folder.resolve("topics"));
        last = new LastTopics(folder, snapshot);
        try {
            long known =
                    logs.all().stream().mapToLong(TopicLog::lastNumber).max().orElse(0);
            numbers = Numbers.open(folder.resolve("numbers"), known);
            epoch = Epoch.read(folder.resolve("epoch"));
            written = numbers.last();
            begin(journalHead);
        } catch (IOException | RuntimeException e) {
            last.close();
            logs.close();
            writes.close();
            throw e;
        }
        sender = new LastEventSender(last, lock, this::writeOutLast);
        writer.start();
    }

    /** Takes the end of the journal as the present position, in a new lifetime if that is another journal. */
    private void begin(Cursor journalHead) throws IOException {
        if (!epoch.name().equals(journalHead.epoch())) {
            Epoch next = new Epoch(journalHead.epoch(), journalHead.sequence());
            next.write(folder.resolve("epoch"));
            epoch = next;
        }
        sequence = journalHead.sequence();
        head = new Head(new Cursor(epoch.name(), sequence, numbers.last()), numbers.last());
    }

    /**
     * Applies a configuration.
     *
     * @throws IOException if the disk fails; then the rules before stay in effect
     */
    public void configure(List<KeepRule> rules, List<LastRule> lastRules, FlushPolicy flush, long freeBytes)
            throws IOException {
        writing.lock();
        try {
            logs.configure(rules);
            last.configure(lastRules);
        } finally {
            writing.unlock();
        }
        policy = flush;
        reserveBytes = freeBytes;
    }

    /** Sets what is run after the head has advanced, while the lock is held. */
    public void onAdvanced(Runnable action) {
        advanced = action;
    }

    @Override
    public void append(EventRun event, Completion completion) {
        EventReader reader = new EventReader(event);
        reader.next();
        String topic = reader.topic();
        TopicLog log = logs.forTopic(topic);
        LastRule rule = last.rule(topic);
        Refusal refusal = log == null && rule == null
                ? unavailable("the rules of kept topics have just changed; try again")
                : refusal(event, log);
        lock.lock();
        try {
            if (refusal == null && (stopped || !numbers.isAvailable())) {
                refusal = unavailable("the log of kept topics is stopping or busy; try again");
            }
            if (refusal != null) {
                counters.refuse();
                completion.refused(refusal);
                return;
            }
            long number = numbers.next();
            Position position = new Position(sequence, number);
            int length = log == null ? event.length() : log.append(epoch, position, event);
            counters.append(length);
            Cursor cursor = log == null ? null : new Cursor(epoch.name(), sequence, number);
            if (rule != null) {
                EventRun newest = cursor == null ? event : event.at(cursor);
                last.append(rule, topic, number, newest, !reader.payload().hasRemaining());
            }
            Head after = new Head(cursor == null ? lastHead().cursor() : cursor, number);
            boolean first = !dirty;
            dirty = true;
            unwrittenBytes += length;
            if (first) {
                firstUnflushedNanos = System.nanoTime();
            }
            if (queue.isEmpty() && !policy.beforeAnswer() && unwrittenBytes < MAX_UNWRITTEN_BYTES) {
                head = after;
                complete(completion, cursor);
                advanced.run();
                if (first || unwrittenBytes >= WRITE_BYTES) {
                    work.signal();
                }
            } else {
                queue.addLast(new Waiting(number, after, () -> complete(completion, cursor), completion));
                flushRequested = true;
                work.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    private static void complete(Completion completion, Cursor cursor) {
        if (cursor == null) {
            completion.appended();
        } else {
            completion.appended(cursor);
        }
    }

    /** The end of what is delivered after everything that waits. */
    private Head lastHead() {
        return queue.isEmpty() ? head : queue.peekLast().head();
    }

    @Override
    public void subscribe(byte[] prefix, Runnable begin, Receiver receiver) {
        long upTo;
        lock.lock();
        try {
            begin.run();
            upTo = head.number();
        } finally {
            lock.unlock();
        }
        sender.send(new String(prefix, StandardCharsets.UTF_8), upTo, receiver);
    }

    private Refusal refusal(EventRun event, TopicLog log) {
        String failed = failure;
        if (!failed.isEmpty()) {
            return failed.equals(HistoryFailure.FULL)
                    ? new Refusal(Reason.NO_ROOM, "the disk of the hub has no room to keep events; free some")
                    : unavailable("the log of this topic can't be written; the hub's log has the cause");
        }
        return log != null && event.length() > log.rule().bytes() / 2
                ? new Refusal(Reason.TOO_LARGE, "the event is larger than half of what is kept of its topic")
                : null;
    }

    private static Refusal unavailable(String detail) {
        return Refusal.unavailable(detail, RETRY_AFTER);
    }

    @Override
    public void announce(Cursor cursor, Runnable delivery) {
        lock.lock();
        try {
            Head after = place(cursor);
            if (queue.isEmpty()) {
                head = after;
                delivery.run();
                advanced.run();
            } else {
                queue.addLast(new Waiting(numbers.last(), after, delivery, null));
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Has all later events follow a file event, unless a killed process left it unannounced and it comes late; returns
     * the end of what is delivered after it.
     */
    private Head place(Cursor cursor) {
        if (!cursor.epoch().equals(epoch.name())) {
            try {
                begin(new Cursor(cursor.epoch(), cursor.sequence() - 1));
            } catch (IOException e) {
                fail(e);
            }
        }
        if (cursor.sequence() <= sequence) {
            return lastHead();
        }
        sequence = cursor.sequence();
        return new Head(new Cursor(epoch.name(), sequence), numbers.last());
    }

    /** The end of what was delivered. */
    public Head head() {
        return head;
    }

    /**
     * Follows the journal if file events aren't announced here, since there is no broker at present.
     *
     * @param journalHead the end of the journal some time ago
     */
    public void follow(Cursor journalHead) {
        lock.lock();
        try {
            if (queue.isEmpty() && !journalHead.isUpTo(head.cursor())) {
                head = place(journalHead);
                advanced.run();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Opens readers of all logs that may have events of topics.
     *
     * @param prefixes begin the topics
     * @param since the position to read after; with a number of 0, after its file event
     * @param upTo the end of what is to be read
     * @return readers to be closed by the caller
     * @throws IOException if the disk fails
     */
    public List<TopicReader> read(Collection<String> prefixes, Position since, Head upTo) throws IOException {
        writeOut(upTo.number());
        List<TopicReader> readers = new ArrayList<>();
        for (TopicLog log : logsOf(prefixes)) {
            readers.add(new TopicReader(log.segments(), epoch, since, upTo.number()));
        }
        return readers;
    }

    /**
     * Opens readers of the ends of all logs that may have events of topics.
     *
     * @param bytes about how many bytes of each log to read
     * @param upTo the end of what is to be read
     * @return readers to be closed by the caller
     * @throws IOException if the disk fails
     */
    public List<TopicReader> readEnd(Collection<String> prefixes, long bytes, Head upTo) throws IOException {
        writeOut(upTo.number());
        return logsOf(prefixes).stream()
                .map(log -> new TopicReader(log.segments(), epoch, bytes, upTo.number()))
                .toList();
    }

    private List<TopicLog> logsOf(Collection<String> prefixes) {
        List<TopicLog> matching = new ArrayList<>();
        for (TopicLog log : logs.all()) {
            String own = log.rule().prefix();
            if (prefixes.stream().anyMatch(prefix -> prefix.startsWith(own) || own.startsWith(prefix))) {
                matching.add(log);
            }
        }
        return matching;
    }

    /** Where what was deleted of topics ends: the greatest such position. */
    public Position trimmed(Collection<String> prefixes) {
        Position end = Position.NONE;
        for (TopicLog log : logsOf(prefixes)) {
            end = later(end, log.trimmed(epoch));
        }
        return end;
    }

    /** Where events of topics that are missing immediately after a position end; {@link Position#NONE} if none is. */
    public Position missing(Collection<String> prefixes, Position since) {
        Position end = Position.NONE;
        for (TopicLog log : logsOf(prefixes)) {
            Position trimmed = log.trimmed(epoch);
            end = trimmed.isAfter(since) ? later(end, trimmed) : end;
            for (Gap gap : log.gaps(epoch)) {
                if (gap.to().isAfter(since) && !gap.from().isAfter(since)) {
                    end = later(end, gap.to());
                }
            }
        }
        return end;
    }

    /** The position after which nothing of topics is missing: the greatest such position. */
    public Position complete(Collection<String> prefixes) {
        Position start = trimmed(prefixes);
        for (TopicLog log : logsOf(prefixes)) {
            for (Gap gap : log.gaps(epoch)) {
                start = later(start, gap.to());
            }
        }
        return start;
    }

    private static Position later(Position one, Position other) {
        return other.number() > one.number() ? other : one;
    }

    /**
     * How far topics can be read from a position: to the head, or to where the disk has damaged the log.
     *
     * @return the end; empty if the very next events are damaged
     */
    public Optional<Head> readable(Collection<String> prefixes, Position since, Head upTo) {
        Head end = upTo;
        for (TopicLog log : logsOf(prefixes)) {
            for (Gap gap : log.gaps(epoch)) {
                if (gap.to().isAfter(since)) {
                    if (!gap.from().isAfter(since)) {
                        return Optional.empty();
                    }
                    if (gap.from().number() < end.number()) {
                        Position from = gap.from();
                        end = new Head(new Cursor(epoch.name(), from.sequence(), from.number()), from.number());
                    }
                }
            }
        }
        return Optional.of(end);
    }

    /**
     * Takes what the disk has damaged out of its log, so that what is before and after it can be read.
     *
     * @throws IOException if the disk fails
     */
    public void isolate(DamagedSegmentException damage) throws IOException {
        writes.run(() -> logs.isolate(damage.segment(), epoch));
    }

    /** Writes to segments what was appended up to a number, without a flush, so that it can be read there. */
    private void writeOut(long number) throws IOException {
        if (written < number) {
            writes.run(this::write);
        }
    }

    private void writeOutLast() {
        try {
            writeOut(Long.MAX_VALUE);
        } catch (IOException e) {
            fail(e);
        }
    }

    /** Writes what was appended; returns the number up to which everything is written. */
    private long write() throws IOException {
        long upTo;
        List<TopicLog> all = logs.all();
        lock.lock();
        try {
            upTo = numbers.last();
            all.forEach(TopicLog::swap);
            last.swap();
            unwrittenBytes = 0;
        } finally {
            lock.unlock();
        }
        for (TopicLog log : all) {
            if (log.write()) {
                unflushed.add(log);
            }
        }
        last.write();
        lock.lock();
        try {
            last.forget();
        } finally {
            lock.unlock();
        }
        written = upTo;
        return upTo;
    }

    private void writeLoop() {
        long lastMaintenance = System.nanoTime();
        boolean more = true;
        while (more) {
            more = awaitWork();
            flush();
            if (System.nanoTime() - lastMaintenance >= TimeUnit.MILLISECONDS.toNanos(TICK_MILLIS)) {
                maintain();
                lastMaintenance = System.nanoTime();
            }
        }
    }

    /** Waits until something has to be flushed, or for a second; false if it was stopped. */
    private boolean awaitWork() {
        lock.lock();
        try {
            long remaining = TimeUnit.MILLISECONDS.toNanos(TICK_MILLIS);
            while (!stopped && !flushRequested && unwrittenBytes < WRITE_BYTES && remaining > 0) {
                long window =
                        firstUnflushedNanos + TimeUnit.MILLISECONDS.toNanos(policy.windowMillis()) - System.nanoTime();
                if (dirty && window <= 0) {
                    break;
                }
                remaining = work.awaitNanos(dirty ? Math.min(remaining, window) : remaining);
            }
            flushRequested = false;
            return !stopped;
        } catch (InterruptedException e) {
            LOG.warn("event=history.writer.interrupted");
            return !stopped;
        } finally {
            lock.unlock();
        }
    }

    private void flush() {
        long startedAt = System.nanoTime();
        try {
            long upTo;
            List<TopicLog> written;
            writing.lock();
            try {
                numbers.reserve();
                beginFlush();
                upTo = write();
                written = List.copyOf(unflushed);
                unflushed.clear();
            } finally {
                writing.unlock();
            }
            for (TopicLog log : written) {
                log.flush();
            }
            last.flush();
            if (!written.isEmpty()) {
                counters.flushed(System.nanoTime() - startedAt);
            }
            recover();
            deliver(upTo);
        } catch (IOException | RuntimeException e) {
            fail(e);
            refuseWaiting();
        }
    }

    private void beginFlush() {
        lock.lock();
        try {
            dirty = false;
        } finally {
            lock.unlock();
        }
    }

    private void recover() {
        if (!failure.isEmpty() && hasRoom()) {
            failure = "";
            LOG.info("event=history.recovered");
        }
    }

    /** Delivers what waited for a flush that has covered everything up to a number. */
    private void deliver(long upTo) {
        lock.lock();
        try {
            boolean any = false;
            while (!queue.isEmpty() && queue.peekFirst().number() <= upTo) {
                Waiting one = queue.removeFirst();
                head = one.head();
                one.delivery().run();
                any = true;
            }
            if (any) {
                advanced.run();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Refuses the events that wait; file events among them are delivered. */
    private void refuseWaiting() {
        lock.lock();
        try {
            for (Waiting one = queue.pollFirst(); one != null; one = queue.pollFirst()) {
                if (one.completion() == null) {
                    head = one.head();
                    one.delivery().run();
                } else {
                    one.completion().refused(unavailable("the event couldn't be flushed to disk; try again"));
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private void fail(Exception cause) {
        failure = HistoryFailure.of(cause);
        LogLimit.Decision line = failureLines.next();
        if (line.mayWrite()) {
            LOG.error(
                    "event=history.write.failed suppressed={} consequence=\"kept topics are refused\" remedy=\"free disk"
                            + " space or repair the disk; the hub retries\"",
                    line.suppressed(),
                    cause);
        }
    }

    private void maintain() {
        writing.lock();
        try {
            last.compact();
            logs.trim(epoch, nextNumber(), System.currentTimeMillis());
            if (!hasRoom() && failure.isEmpty()) {
                fail(new IOException("less than reserveBytes of disk space is free: No space left on device"));
            }
        } catch (IOException | RuntimeException e) {
            fail(e);
        } finally {
            writing.unlock();
        }
    }

    private long nextNumber() {
        lock.lock();
        try {
            return numbers.last() + 1;
        } finally {
            lock.unlock();
        }
    }

    private boolean hasRoom() {
        try {
            return Files.getFileStore(folder).getUsableSpace() >= reserveBytes;
        } catch (IOException e) {
            LOG.debug("event=history.disk.unknown", e);
            return true;
        }
    }

    /** Why events can't be kept at present; empty if they can. */
    public String failure() {
        return failure;
    }

    /** The counters since the start. */
    public HistoryCounters counters() {
        return counters;
    }

    /** The number of topics that have a newest event, by rule. */
    public Map<LastRule, Long> lastTopics() {
        return last.counts();
    }

    /** The state of each log. */
    public List<LogState> states() {
        return logs.all().stream()
                .map(log -> new LogState(
                        log.rule(),
                        logs.active().contains(log),
                        log.count(),
                        log.bytes(),
                        log.segments().size(),
                        log.gaps(epoch).size()))
                .toList();
    }

    /** Flushes everything and closes the files. Nothing can be appended any more. */
    @Override
    public void close() {
        lock.lock();
        try {
            stopped = true;
            work.signal();
        } finally {
            lock.unlock();
        }
        boolean interrupted = false;
        while (writer.isAlive()) {
            try {
                writer.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        refuseWaiting();
        sender.close();
        for (Closeable one : List.<Closeable>of(last, numbers::close, logs)) {
            try {
                writes.run(one::close);
            } catch (IOException e) {
                LOG.warn("event=history.close.failed", e);
            }
        }
        writes.close();
    }
}
