package io.datahub.history.log;

import io.datahub.api.record.Cursor;
import io.datahub.history.segment.DamagedSegmentException;
import io.datahub.history.segment.Epoch;
import io.datahub.history.segment.Gap;
import io.datahub.history.segment.Position;
import io.datahub.history.segment.TopicLog;
import io.datahub.history.segment.TopicLogs;
import io.datahub.history.segment.TopicReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Opens readers of kept events, and tells what is missing of them. Thread-safe. */
public final class TopicReaders {

    private final TopicLogs logs;
    private final Positions positions;
    private final SegmentWriter writer;

    TopicReaders(TopicLogs logs, Positions positions, SegmentWriter writer) {
        this.logs = logs;
        this.positions = positions;
        this.writer = writer;
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
        writer.writeOut(upTo.number());
        Epoch epoch = positions.epoch();
        return logs.of(prefixes).stream()
                .map(log -> new TopicReader(log.segments(), epoch, since, upTo.number()))
                .toList();
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
        writer.writeOut(upTo.number());
        Epoch epoch = positions.epoch();
        return logs.of(prefixes).stream()
                .map(log -> new TopicReader(log.segments(), epoch, bytes, upTo.number()))
                .toList();
    }

    /** Where what was deleted of topics ends: the greatest such position. */
    public Position trimmed(Collection<String> prefixes) {
        Position end = Position.NONE;
        for (TopicLog log : logs.of(prefixes)) {
            end = later(end, log.trimmed(positions.epoch()));
        }
        return end;
    }

    /** Where events of topics that are missing immediately after a position end; {@link Position#NONE} if none is. */
    public Position missing(Collection<String> prefixes, Position since) {
        Position end = Position.NONE;
        for (TopicLog log : logs.of(prefixes)) {
            Position trimmed = log.trimmed(positions.epoch());
            end = trimmed.isAfter(since) ? later(end, trimmed) : end;
            for (Gap gap : log.gaps(positions.epoch())) {
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
        for (TopicLog log : logs.of(prefixes)) {
            for (Gap gap : log.gaps(positions.epoch())) {
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
        for (TopicLog log : logs.of(prefixes)) {
            for (Gap gap : log.gaps(positions.epoch())) {
                if (gap.to().isAfter(since)) {
                    if (!gap.from().isAfter(since)) {
                        return Optional.empty();
                    }
                    if (gap.from().number() < end.number()) {
                        Cursor from = positions.cursor(gap.from());
                        end = new Head(from, from.kept());
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
        writer.run(() -> logs.isolate(damage.segment(), positions.epoch()));
    }

    /** The state of each log that has a rule or events. */
    public List<LogState> states() {
        List<LogState> states = new ArrayList<>();
        for (TopicLog log : logs.all()) {
            boolean isActive = logs.active().contains(log);
            long count = log.count();
            if (isActive || count > 0) {
                states.add(new LogState(
                        log.rule(),
                        isActive,
                        count,
                        log.bytes(),
                        log.segments().size(),
                        log.gaps(positions.epoch()).size()));
            }
        }
        return states;
    }
}
