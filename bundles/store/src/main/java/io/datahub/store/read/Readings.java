package io.datahub.store.read;

import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.record.Reading;
import io.datahub.api.record.RecordVersion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Limits the number of versions open for reading, since each takes a file descriptor and one HTTP/2 connection can read
 * many. Thread-safe.
 */
final class Readings {

    private static final int DESCRIPTORS_PER_READING = 10;
    private static final int MIN_OPEN = 64;
    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    private final int maxOpen;
    private final AtomicInteger open = new AtomicInteger();

    /** Opens a version. */
    interface Opening {
        Result<Reading> open() throws IOException;
    }

    /**
     * Allows a tenth of the process's file descriptors, and at least {@value #MIN_OPEN}.
     *
     * @param descriptors maximum number of file descriptors of the process
     */
    Readings(long descriptors) {
        maxOpen = (int) Math.min(Integer.MAX_VALUE, Math.max(MIN_OPEN, descriptors / DESCRIPTORS_PER_READING));
    }

    /** Opens a version; refuses if the maximum number is open. */
    Result<Reading> open(Opening opening) throws IOException {
        boolean counted = open.incrementAndGet() <= maxOpen;
        try {
            Result<Reading> opened = counted
                    ? opening.open()
                    : Result.refused(Refusal.unavailable(
                            "the hub has " + maxOpen + " records open for reading, the maximum; retry", RETRY_AFTER));
            counted &= !opened.isRefused();
            return opened.then(reading -> Result.done(new Counted(reading)));
        } catch (IOException | RuntimeException e) {
            counted = false;
            throw e;
        } finally {
            if (!counted) {
                open.decrementAndGet();
            }
        }
    }

    private final class Counted implements Reading {

        private final Reading reading;
        private final AtomicBoolean closed = new AtomicBoolean();

        Counted(Reading reading) {
            this.reading = reading;
        }

        @Override
        public RecordVersion version() {
            return reading.version();
        }

        @Override
        public int read(ByteBuffer bytes, long position) throws IOException {
            return reading.read(bytes, position);
        }

        @Override
        public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
            return reading.transferTo(position, count, target);
        }

        @Override
        public void close() throws IOException {
            if (closed.compareAndSet(false, true)) {
                open.decrementAndGet();
            }
            reading.close();
        }
    }
}
