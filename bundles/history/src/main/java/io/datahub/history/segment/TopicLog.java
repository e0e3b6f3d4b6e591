package io.datahub.history.segment;

import io.datahub.api.event.EventRun;
import io.datahub.api.file.FileFlush;
import io.datahub.history.rules.KeepRule;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The events that one rule keeps: segments in a folder of its own. Events are appended to memory, under the lock of
 * {@link HistoryLog}, and then written, one thread at a time; {@link #segments} can be read at any time.
 */
public final class TopicLog implements Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(TopicLog.class);

    private static final long MAX_SEGMENT = 64L << 20;
    private static final int SEGMENTS = 16;
    private static final int WRITE = 256 * 1024;

    /** A segment that isn't complete enough to be found at start. */
    private static final String DRAFT = "next.tmp";

    private final Path folder;
    private volatile KeepRule rule;

    /** What was appended and isn't being written yet; guarded by the lock of the whole history. */
    private final Deque<Tail> tails = new ArrayDeque<>();

    // the rest is for the writer, but for the list of segments, which is replaced when it changes

    private volatile List<Segment> segments = List.of();
    private volatile FileChannel channel;

    /** Whether the next event begins a new segment. */
    private boolean isSegmentEnded;

    /** What couldn't be written, before what is in memory. */
    private final Deque<Tail> unwritten = new ArrayDeque<>();

    private TopicLog(Path folder, KeepRule rule) {
        this.folder = folder;
        this.rule = rule;
    }

    /**
     * Opens a log, or creates it. What a killed process left incomplete at the end is cut off.
     *
     * @throws IOException if the disk fails
     */
    static TopicLog open(Path folder, KeepRule rule) throws IOException {
        Files.createDirectories(folder);
        FileFlush.directory(folder.getParent());
        TopicLog log = new TopicLog(folder, rule);
        log.load();
        return log;
    }

    private void load() throws IOException {
        List<Path> files;
        try (Stream<Path> found = Files.list(folder)) {
            files = found.filter(file -> file.getFileName().toString().endsWith(Segment.SUFFIX))
                    .sorted()
                    .toList();
        }
        List<Segment> loaded = new ArrayList<>();
        for (int i = files.size() - 1; i >= 0; i--) {
            SegmentFiles.open(files.get(i), loaded.isEmpty()).ifPresent(segment -> loaded.add(0, segment));
        }
        segments = List.copyOf(loaded);
        if (!loaded.isEmpty()) {
            channel = FileChannel.open(loaded.get(loaded.size() - 1).file(), StandardOpenOption.WRITE);
        }
    }

    public KeepRule rule() {
        return rule;
    }

    void setRule(KeepRule changed) {
        rule = changed;
    }

    Path folder() {
        return folder;
    }

    /** Its segments, from the first one that has events. */
    public List<Segment> segments() {
        List<Segment> current = segments;
        int first = 0;
        while (first + 1 < current.size() && current.get(first).count() == 0) {
            first++;
        }
        return current.subList(first, current.size());
    }

    /** The gaps between its events. */
    public List<Gap> gaps(Epoch epoch) {
        return Gap.of(segments(), epoch);
    }

    /** Appends an event to memory; returns the length of its record. */
    public int append(Epoch epoch, Position position, EventRun event) {
        Tail tail = tails.peekLast();
        if (tail == null || !tail.epoch().equals(epoch) || tail.length() >= segmentBytes()) {
            tail = new Tail(epoch);
            tails.addLast(tail);
        }
        int before = tail.length();
        tail.append(position, KeptRecord.user(event), event);
        return tail.length() - before;
    }

    /** Takes what was appended, to be written by {@link #write}. */
    public void swap() {
        unwritten.addAll(tails);
        tails.clear();
    }

    /**
     * Writes what was taken, without a flush. If that fails, it is kept and written by the next call.
     *
     * @return whether there was anything to write
     * @throws IOException if the disk fails or is full
     */
    public boolean write() throws IOException {
        boolean any = false;
        for (Tail tail = unwritten.peekFirst(); tail != null; tail = unwritten.peekFirst()) {
            write(tail);
            unwritten.removeFirst();
            any = true;
        }
        return any;
    }

    private void write(Tail tail) throws IOException {
        Segment segment = segment(tail);
        long at = segment.length();
        ByteBuffer bytes = tail.bytes();
        try {
            while (bytes.position() < tail.length()) {
                bytes.limit(Math.min(tail.length(), bytes.position() + WRITE));
                at += channel.write(bytes, at);
            }
        } catch (IOException e) {
            channel.truncate(segment.length());
            throw e;
        }
        segment.written(tail);
    }

    /** The segment that takes these records. */
    private Segment segment(Tail tail) throws IOException {
        Segment last = lastSegment();
        return last == null
                        || isSegmentEnded
                        || !last.header().epoch().equals(tail.epoch().name())
                        || last.length() >= segmentBytes()
                ? roll(tail.epoch(), tail.firstNumber())
                : last;
    }

    private long segmentBytes() {
        return Math.min(MAX_SEGMENT, rule.bytes() / SEGMENTS);
    }

    private Segment lastSegment() {
        List<Segment> current = segments;
        return current.isEmpty() ? null : current.get(current.size() - 1);
    }

    /** Completes the last segment and begins a new one, which replaces the last one if that is empty. */
    private Segment roll(Epoch epoch, long firstNumber) throws IOException {
        Segment before = lastSegment();
        if (before != null) {
            channel.force(true);
            SegmentIndexFile.write(before.file(), before.content());
        }
        SegmentHeader header = new SegmentHeader(
                epoch.name(),
                before == null ? Position.NONE : epoch.map(before.header().epoch(), before.last()));
        // files are read in the order of their names
        long name = before == null ? firstNumber : Math.max(firstNumber, before.firstNumber() + 1);
        Segment segment = new Segment(folder.resolve(Segment.name(name)), header);
        Path draft = folder.resolve(DRAFT);
        FileChannel next = FileChannel.open(draft, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            next.truncate(0);
            next.write(header.bytes(), 0);
            next.force(true);
            Files.move(draft, segment.file(), StandardCopyOption.ATOMIC_MOVE);
            FileFlush.directory(folder);
        } catch (IOException e) {
            next.close();
            throw e;
        }
        FileChannel completed = channel;
        channel = next;
        List<Segment> all = new ArrayList<>(segments);
        boolean replaces = before != null && before.count() == 0;
        if (replaces) {
            all.remove(before);
        }
        all.add(segment);
        segments = List.copyOf(all);
        isSegmentEnded = false;
        if (completed != null) {
            completed.close(); // only now: a flush that finds it closed tells by the current channel that it was
            // completed
        }
        if (replaces) {
            SegmentFiles.delete(before);
        }
        return segment;
    }

    /** Flushes what was written. */
    public void flush() throws IOException {
        FileChannel current = channel;
        if (current != null) {
            try {
                current.force(false);
            } catch (ClosedChannelException e) {
                if (current.equals(channel)) {
                    throw e;
                }
                LOG.debug("event=history.segment.flushed folder={} reason=\"it was completed\"", folder, e);
            }
        }
    }

    /**
     * Deletes segments that are too old or too many.
     *
     * @param nextNumber greater than the number of each event so far
     */
    void trim(Epoch epoch, long nextNumber, long nowMillis) throws IOException {
        long oldest = nowMillis - rule.age().toMillis();
        Segment last = lastSegment();
        if (last != null && last.count() > 0 && isDue(last, nowMillis)) {
            roll(epoch, nextNumber);
        }
        long bytes = bytes();
        while (segments.size() > 1 && (segments.get(0).lastMillis() < oldest || bytes > rule.bytes())) {
            Segment first = segments.get(0);
            bytes -= first.length();
            segments = List.copyOf(segments.subList(1, segments.size()));
            SegmentFiles.delete(first);
        }
    }

    /** Has the next event begin a new segment, since a flush has failed: what the disk has of this one is unknown. */
    public void endSegment() {
        isSegmentEnded = true;
    }

    /** Forgets unwritten events from a number on; under the lock of the whole history. */
    public void forget(long from) {
        for (Deque<Tail> all : List.of(tails, unwritten)) {
            all.forEach(tail -> tail.forget(from));
            all.removeIf(tail -> tail.count() == 0);
        }
    }

    /**
     * Removes written events from a number on, none of which was ever read.
     *
     * @throws IOException if the disk fails; then it must be called again
     */
    public void remove(long from) throws IOException {
        List<Segment> left = new ArrayList<>(segments);
        boolean any = false;
        while (!left.isEmpty() && left.get(left.size() - 1).last().number() >= from) {
            any = true;
            isSegmentEnded = true; // also if this fails
            Segment last = left.remove(left.size() - 1);
            Segment shorter = new Segment(last.file(), last.header());
            SegmentFiles.scan(shorter, Files.size(last.file()), from);
            if (shorter.count() == 0 && last.header().previous().number() >= from && !left.isEmpty()) {
                segments = List.copyOf(left);
                SegmentFiles.delete(last);
            } else {
                left.add(shorter);
                SegmentFiles.cut(shorter);
                Files.deleteIfExists(SegmentIndexFile.of(shorter.file()));
                break;
            }
        }
        if (any) {
            FileChannel before = channel;
            channel = FileChannel.open(left.get(left.size() - 1).file(), StandardOpenOption.WRITE);
            segments = List.copyOf(left);
            before.close();
        }
    }

    /** Whether the last segment must end, so that its events can be deleted soon after they are too old. */
    private boolean isDue(Segment last, long nowMillis) {
        long age = rule.age().toMillis();
        return nowMillis - last.firstMillis() > Math.max(age / SEGMENTS, 1_000);
    }

    /**
     * Reads a segment that the disk has damaged up to the damage, and has it end there. Nothing more is written to it.
     *
     * @throws IOException if the disk fails
     */
    void isolate(Segment damaged, Epoch epoch) throws IOException {
        if (!segments.contains(damaged)) {
            return;
        }
        if (damaged.equals(lastSegment())) {
            roll(epoch, damaged.last().number() + 1);
        }
        Files.deleteIfExists(SegmentIndexFile.of(damaged.file()));
        Segment intact = new Segment(damaged.file(), damaged.header());
        SegmentFiles.complete(intact, false);
        segments = segments.stream()
                .map(segment -> segment.equals(damaged) ? intact : segment)
                .toList();
    }

    /** The position of the last event before those that it has. */
    public Position trimmed(Epoch epoch) {
        List<Segment> current = segments();
        if (current.isEmpty()) {
            return Position.NONE;
        }
        SegmentHeader header = current.get(0).header();
        return epoch.map(header.epoch(), header.previous());
    }

    public long bytes() {
        return segments.stream().mapToLong(Segment::length).sum();
    }

    public long count() {
        return segments.stream().mapToLong(Segment::count).sum();
    }

    /** The greatest number that it has. */
    long lastNumber() {
        Segment last = lastSegment();
        return last == null ? 0 : last.last().number();
    }

    /** Closes the file without a flush. */
    void abandon() {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            LOG.debug("event=history.segment.abandoned folder={}", folder, e);
        }
    }

    @Override
    public void close() throws IOException {
        if (channel != null) {
            try (FileChannel closing = channel) {
                closing.force(true);
            }
            if (!isSegmentEnded) {
                Segment last = lastSegment();
                SegmentIndexFile.write(last.file(), last.content());
            }
        }
    }
}
