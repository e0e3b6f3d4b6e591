package io.datahub.store.record;

import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.record.Reading;
import io.datahub.api.record.RecordVersion;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Bounds how many versions are open for reading at once, since each has a file descriptor and one connection of HTTP/2 reads
 * many. For any thread.
 */
final class Readings {

    private static final int PARTS = 10;
    private static final int LEAST = 64;
    private static final Duration SOON = Duration.ofSeconds(2);

    private final int most;
    private final AtomicInteger open = new AtomicInteger();

    /** What opens a version. */
    interface Opening {
        Result<Reading> open() throws IOException;
    }

    /**
     * At most a tenth of the descriptors that the process may have, and at least {@value #LEAST}.
     *
     * @param descriptors that the process may have
     */
    Readings(long descriptors) {
        most = (int) Math.min(Integer.MAX_VALUE, Math.max(LEAST, descriptors / PARTS));
    }

    /** Opens one, or refuses if as many as may be are open. */
    Result<Reading> open(Opening opening) throws IOException {
        boolean counts = open.incrementAndGet() <= most;
        try {
            Result<Reading> opened = counts
                    ? opening.open()
                    : Result.refused(Refusal.unavailable(
                            "the hub has " + most + " records open for reading and opens no more at once; try again",
                            SOON));
            counts &= !opened.isRefused();
            return opened.then(reading -> Result.done(new Counted(reading)));
        } catch (IOException | RuntimeException e) {
            counts = false;
            throw e;
        } finally {
            if (!counts) {
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
        public FileChannel channel() {
            return reading.channel();
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
