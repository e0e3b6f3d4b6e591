package io.datahub.records.draft;

import io.datahub.api.Refusal;
import io.datahub.records.staging.FreeSpaceCheck;
import io.datahub.records.staging.IoErrors;
import io.datahub.records.staging.StagedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Receives the bytes of one request into a staged file, as long as there is disk space and the client is fast enough.
 * Holds the request's slot in the {@link UploadLimiter} and its share of the free space. Not thread-safe, except for
 * {@link #close}.
 */
public final class DraftReceiver implements AutoCloseable {

    private final StagedFile staged;
    private final UploadLimiter.Slot slot;
    private final FreeSpaceCheck.Share share;
    private final MinThroughput throughput;

    /** Whether only appends were received; a client that changes a file here and there may pause. */
    private boolean isStream;

    /** @param isStream whether a client is expected to append all bytes without a pause */
    DraftReceiver(
            StagedFile staged,
            UploadLimiter.Slot slot,
            FreeSpaceCheck.Share share,
            MinThroughput throughput,
            boolean isStream) {
        this.staged = staged;
        this.slot = slot;
        this.share = share;
        this.throughput = throughput;
        this.isStream = isStream;
    }

    /** Writes the bytes, or refuses them; the caller has checked the size. */
    public Optional<Refusal> write(long offset, ByteBuffer bytes) throws IOException {
        isStream &= offset == staged.size();
        Optional<Refusal> refusal =
                isStream ? throughput.received(bytes.remaining(), System.nanoTime()) : Optional.empty();
        if (refusal.isEmpty() && bytes.hasRemaining()) {
            refusal = reserve(offset, offset + bytes.remaining());
        }
        if (refusal.isEmpty()) {
            refusal = attempt(() -> staged.write(offset, bytes));
        }
        throughput.ready(System.nanoTime());
        return refusal;
    }

    /** Reserves the space for bytes from an offset, and for a hole before them. */
    private Optional<Refusal> reserve(long offset, long end) throws IOException {
        long size = staged.size();
        Optional<Refusal> refusal = offset > size ? share.reserveHole(size, offset) : Optional.empty();
        long from = Math.max(size, offset);
        return refusal.isPresent() || end <= from ? refusal : share.reserve(from, end - from);
    }

    /** Cuts the file off or extends it, or refuses that; the caller has checked the size. */
    public Optional<Refusal> truncate(long size) throws IOException {
        Optional<Refusal> refusal = reserve(size, size);
        return refusal.isPresent() ? refusal : attempt(() -> staged.truncate(size));
    }

    /** A change of the staged file. */
    private interface Work {
        void run() throws IOException;
    }

    private static Optional<Refusal> attempt(Work work) {
        try {
            work.run();
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(IoErrors.refusal(e));
        }
    }

    /** Releases the slot: all bytes have been received. */
    void allReceived() {
        slot.close();
    }

    @Override
    public void close() {
        slot.close();
        share.close();
    }
}
