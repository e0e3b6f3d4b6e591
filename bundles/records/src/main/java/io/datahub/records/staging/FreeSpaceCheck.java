package io.datahub.records.staging;

import io.datahub.api.Refusal;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.StorageSpace;
import io.datahub.api.record.WriteRequest;
import io.datahub.records.settings.StoreSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/** Checks the free space on the disks that the hub writes to, of which a reserve must stay free. */
public final class FreeSpaceCheck {

    /** Large drafts reserve this many bytes at a time and check again when they are used up. */
    static final long GRANT_BYTES = 8L << 20;

    /** Space that an update of the index, or of the users file, may need, in bytes. */
    private static final long MIN_BYTES = 1L << 18;

    /** With this much more than is needed, an earlier measurement is good enough. */
    private static final long PLENTY_BYTES = 1L << 30;

    private static final long MAX_MEASUREMENT_AGE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final List<Path> folders;
    private final ToLongFunction<Path> usableBytes;
    private final Supplier<StoreSettings> settings;

    /** Bytes reserved by all drafts and not written yet. */
    private final AtomicLong reserved = new AtomicLong();

    private volatile Measurement lastMeasurement = new Measurement(0, System.nanoTime());

    /** The free space of the fullest disk, at a time of {@link System#nanoTime}. */
    private record Measurement(long usableBytes, long atNanos) {

        boolean isPlenty(long bytes) {
            return usableBytes - bytes > PLENTY_BYTES && System.nanoTime() - atNanos < MAX_MEASUREMENT_AGE_NANOS;
        }
    }

    public FreeSpaceCheck(List<Path> folders, Supplier<StoreSettings> settings) {
        this(folders, settings, folder -> folder.toFile().getUsableSpace());
    }

    /** @param usableBytes the usable space of the file system that holds a directory, in bytes */
    public FreeSpaceCheck(List<Path> folders, Supplier<StoreSettings> settings, ToLongFunction<Path> usableBytes) {
        this.usableBytes = usableBytes;
        this.folders = List.copyOf(folders);
        this.settings = settings;
    }

    /** Refuses if there is not enough space for this many bytes above the reserve. */
    public Optional<Refusal> refuse(long bytes) throws IOException {
        return refuse(bytes + reserved.get(), settings.get().reserveBytes());
    }

    /**
     * Refuses if there is not enough space for this many bytes of this record above the reserve. The users file may use
     * the reserve, since access could not be revoked otherwise.
     */
    public Optional<Refusal> refuse(RecordPath path, long bytes) throws IOException {
        return path.equals(RecordPath.USERS) ? refuse(bytes, 0) : refuse(bytes);
    }

    /** Whether the disks have the minimum space that any update needs. */
    public boolean hasMinimum() throws IOException {
        return refuse(MIN_BYTES, 0).isEmpty();
    }

    /** The size of the smallest disk, and the smallest free space above the reserve. */
    public StorageSpace space() {
        StorageSpace space = StorageSpace.UNLIMITED;
        for (Path folder : folders) {
            long free = usableBytes.applyAsLong(folder) - settings.get().reserveBytes() - reserved.get();
            space = space.within(new StorageSpace(
                    folder.toFile().getTotalSpace(), Math.max(0, free), Long.MAX_VALUE, Long.MAX_VALUE));
        }
        return space;
    }

    private Optional<Refusal> refuse(long bytes, long reserve) throws IOException {
        if (lastMeasurement.isPlenty(bytes + reserve)) {
            return Optional.empty();
        }
        long least = Long.MAX_VALUE;
        for (Path folder : folders) {
            long usable = usableBytes.applyAsLong(folder);
            least = Math.min(least, usable);
            if (usable - bytes < reserve) {
                if (!Files.isDirectory(folder)) {
                    throw new IOException(folder + " is missing");
                }
                return Optional.of(IoErrors.diskFull());
            }
        }
        lastMeasurement = new Measurement(least, System.nanoTime());
        return Optional.empty();
    }

    /**
     * Creates the space reservation of one draft, initially empty. Concurrent drafts can't reserve more in total than
     * is free.
     */
    public Share share(WriteRequest request) {
        return new Share(
                request.path().equals(RecordPath.USERS), request.length().orElse(Long.MAX_VALUE));
    }

    /** The space reserved by one draft. Not thread-safe. */
    public final class Share implements AutoCloseable {

        private final boolean exempt;
        private final long length;
        private long granted;
        private long written;

        /** Bytes reserved for holes. */
        private long holes;

        /** The end of the last hole. */
        private long holesEnd;

        private Share(boolean exempt, long length) {
            this.exempt = exempt;
            this.length = length;
        }

        /**
         * Reserves space for the next bytes; refuses if there is none. The caller writes the bytes if this doesn't
         * refuse.
         *
         * @param from number of bytes of the draft that have been written
         */
        public Optional<Refusal> reserve(long from, long bytes) throws IOException {
            if (exempt) {
                return refuse(RecordPath.USERS, bytes);
            }
            long newlyWritten = Math.min(from, granted) - written;
            if (newlyWritten > 0) {
                written += newlyWritten;
                reserved.addAndGet(-newlyWritten);
            }
            if (from + bytes <= granted) {
                return Optional.empty();
            }
            long wanted = Math.max(bytes, Math.min(GRANT_BYTES, length - from));
            return grant(from, wanted).isEmpty() ? Optional.empty() : grant(from, bytes);
        }

        /**
         * Likewise for a hole at the end of the draft: bytes that may be written later. The space stays reserved until
         * this is closed.
         *
         * @param from the size of the draft so far
         * @param to its size with the hole
         */
        public Optional<Refusal> reserveHole(long from, long to) throws IOException {
            long bytes = Math.max(0, to - Math.max(from, holesEnd));
            if (exempt) {
                return refuse(RecordPath.USERS, bytes);
            }
            release();
            Optional<Refusal> refusal = refuse(bytes);
            if (refusal.isEmpty()) {
                written = to;
                granted = to;
                holes += bytes;
                holesEnd = Math.max(holesEnd, to);
                reserved.addAndGet(bytes);
            }
            return refusal;
        }

        private Optional<Refusal> grant(long from, long bytes) throws IOException {
            release();
            Optional<Refusal> refusal = refuse(bytes);
            if (refusal.isEmpty()) {
                written = from;
                granted = from + bytes;
                reserved.addAndGet(bytes);
            }
            return refusal;
        }

        private void release() {
            reserved.addAndGet(written - granted);
            written = granted;
        }

        /** Releases what was reserved and not written. */
        @Override
        public void close() {
            release();
            reserved.addAndGet(-holes);
            holes = 0;
        }
    }
}
