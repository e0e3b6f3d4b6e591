package io.datahub.history.log;

import io.datahub.history.last.LastTopics;
import io.datahub.history.segment.TopicLogs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Deletes what is too old or too much, and watches the free disk space. For one thread at a time. */
final class Retention {

    private static final Logger LOG = LoggerFactory.getLogger(Retention.class);

    private final Path folder;
    private final TopicLogs logs;
    private final LastTopics last;
    private final Positions positions;
    private final HistoryFailure failure;
    private final TrimClock clock = new TrimClock(System.currentTimeMillis(), System.nanoTime());
    private volatile long reserveBytes;

    Retention(Path folder, TopicLogs logs, LastTopics last, Positions positions, HistoryFailure failure) {
        this.folder = folder;
        this.logs = logs;
        this.last = last;
        this.positions = positions;
        this.failure = failure;
    }

    /** @param bytes how much disk space is kept free */
    void setReserveBytes(long bytes) {
        reserveBytes = bytes;
    }

    /**
     * Does what is due.
     *
     * @param nextNumber greater than the number of each event so far
     * @throws IOException if the disk fails
     */
    void maintain(long nextNumber) throws IOException {
        last.compact();
        logs.trim(positions.epoch(), nextNumber, clock.millis(System.currentTimeMillis(), System.nanoTime()));
        if (!failure.isPresent() && !hasRoom()) {
            failure.fail(new IOException("less than reserveBytes of disk space is free: No space left on device"));
        }
    }

    /** Whether there is room for events, or nothing is kept. */
    boolean hasRoom() {
        if (logs.active().isEmpty() && last.isUnused()) {
            return true;
        }
        try {
            return Files.getFileStore(folder).getUsableSpace() >= reserveBytes;
        } catch (IOException e) {
            LOG.debug("event=history.disk.unknown", e);
            return true;
        }
    }
}
