package io.datahub.test.memory;

import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.record.Change;
import io.datahub.api.record.Draft;
import io.datahub.api.record.WriteRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

/** The bytes of a draft in memory; what becomes of them is up to the subclass. */
public abstract class MemoryDraft implements Draft {

    private WriteRequest request;
    private final Optional<String> baseEtag;
    private byte[] bytes;

    /** An empty draft that can't be kept. */
    protected MemoryDraft() {
        this(Optional.empty(), new byte[0]);
    }

    /** A draft that begins from a version and can't be kept. */
    protected MemoryDraft(Optional<String> baseEtag, byte[] bytes) {
        this(null, baseEtag, bytes);
    }

    /**
     * A draft that {@link MemoryLastingDrafts#keep} can keep.
     *
     * @param request the request that it was begun with
     * @param baseEtag the entity tag of the version that it begins from
     * @param bytes the bytes of that version
     */
    protected MemoryDraft(WriteRequest request, Optional<String> baseEtag, byte[] bytes) {
        this.request = request;
        this.baseEtag = baseEtag;
        this.bytes = bytes.clone();
    }

    /** The request that it was begun with, with the client's latest time; null if it can't be kept. */
    final WriteRequest request() {
        return request;
    }

    /** The present bytes. */
    protected final byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public final long size() {
        return bytes.length;
    }

    @Override
    public final Optional<String> baseEtag() {
        return baseEtag;
    }

    @Override
    public Optional<Refusal> write(long offset, ByteBuffer source) {
        requireNotNegative(offset);
        if (!source.hasRemaining()) {
            return Optional.empty();
        }
        int from = Math.toIntExact(offset);
        bytes = Arrays.copyOf(bytes, Math.max(bytes.length, from + source.remaining()));
        source.get(bytes, from, source.remaining());
        return Optional.empty();
    }

    @Override
    public Optional<Refusal> truncate(long size) {
        requireNotNegative(size);
        bytes = Arrays.copyOf(bytes, Math.toIntExact(size));
        return Optional.empty();
    }

    @Override
    public Result<Integer> read(long offset, ByteBuffer target) {
        int count = (int) Math.max(0, Math.min(target.remaining(), bytes.length - offset));
        if (count > 0) {
            target.put(bytes, (int) offset, count);
        }
        return Result.done(count);
    }

    /** Throws if an offset or a size is negative. */
    static void requireNotNegative(long position) {
        if (position < 0) {
            throw new IllegalArgumentException("an offset or size can't be negative: " + position);
        }
    }

    @Override
    public Optional<Refusal> sync() {
        return Optional.empty();
    }

    @Override
    public void setClientModified(Optional<Instant> time) {
        if (request != null) {
            request = request.withClientModified(time);
        }
    }

    @Override
    public Result<Change> reject(Refusal refusal) throws IOException {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
