package io.datahub.store.record;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.record.RecordPath;
import io.datahub.api.record.WriteRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/** The room on the disks that the hub writes to, of which a reserve stays free. */
final class FreeSpaceCheck {

    /** Whoever writes for long is granted so many bytes at once, and looks again when they are used up. */
    static final long EVERY = 8L << 20;

    /** What a change of the index, or of the users file, may need, in bytes. */
    private static final long LEAST = 1L << 18;

    private final List<Path> folders;
    private final ToLongFunction<Path> usableBytes;
    private final Supplier<Settings> settings;

    /** What was granted to all who write and isn't written yet, in bytes. */
    private final AtomicLong ahead = new AtomicLong();

    FreeSpaceCheck(List<Path> folders, Supplier<Settings> settings) {
        this(folders, settings, folder -> folder.toFile().getUsableSpace());
    }

    /** @param usableBytes how much room is left on the disk of a folder */
    FreeSpaceCheck(List<Path> folders, Supplier<Settings> settings, ToLongFunction<Path> usableBytes) {
        this.usableBytes = usableBytes;
        this.folders = List.copyOf(folders);
        this.settings = settings;
    }

    /** Refuses if there is no room for so many bytes more, beside the reserve. */
    Optional<Refusal> refuse(long bytes) throws IOException {
        return refuse(bytes + ahead.get(), settings.get().reserveBytes());
    }

    /** The same for bytes that belong to this path: the users file may use the reserve, or nobody could lose access. */
    Optional<Refusal> refuse(RecordPath path, long bytes) throws IOException {
        return path.equals(RecordPath.USERS) ? refuse(bytes, 0) : refuse(bytes);
    }

    /** Whether the disks take anything at all. */
    boolean isThere() throws IOException {
        return refuse(LEAST, 0).isEmpty();
    }

    private Optional<Refusal> refuse(long bytes, long reserve) throws IOException {
        for (Path folder : folders) {
            long usable = usableBytes.applyAsLong(folder);
            if (usable - bytes < reserve) {
                if (!Files.isDirectory(folder)) {
                    throw new IOException(folder + " is gone");
                }
                return Optional.of(full());
            }
        }
        return Optional.empty();
    }

    /** The room that one upload takes, none yet; many that come in at once don't take more together than there is. */
    Share share(WriteRequest request) {
        return new Share(
                request.path().equals(RecordPath.USERS), request.length().orElse(Long.MAX_VALUE));
    }

    /** What one upload was granted. For one thread at a time. */
    final class Share implements AutoCloseable {

        private final boolean exempt;
        private final long length;
        private long granted;
        private long written;

        private Share(boolean exempt, long length) {
            this.exempt = exempt;
            this.length = length;
        }

        /**
         * Refuses if there is no room for the next bytes; otherwise they are to be written.
         *
         * @param from how many bytes of the upload are written already
         */
        Optional<Refusal> want(long from, long bytes) throws IOException {
            if (exempt) {
                return refuse(RecordPath.USERS, bytes);
            }
            long came = Math.min(from, granted) - written;
            if (came > 0) {
                written += came;
                ahead.addAndGet(-came);
            }
            if (from + bytes <= granted) {
                return Optional.empty();
            }
            long most = Math.max(bytes, Math.min(EVERY, length - from));
            return grant(from, most).isEmpty() ? Optional.empty() : grant(from, bytes);
        }

        private Optional<Refusal> grant(long from, long bytes) throws IOException {
            giveBack();
            Optional<Refusal> refusal = refuse(bytes);
            if (refusal.isEmpty()) {
                written = from;
                granted = from + bytes;
                ahead.addAndGet(bytes);
            }
            return refusal;
        }

        private void giveBack() {
            ahead.addAndGet(written - granted);
            written = granted;
        }

        /** Gives back what was granted and isn't written. */
        @Override
        public void close() {
            giveBack();
        }
    }

    static Refusal full() {
        return new Refusal(
                Reason.NO_ROOM, "the hub's disk has no room for it; delete something or ask an administrator");
    }
}
