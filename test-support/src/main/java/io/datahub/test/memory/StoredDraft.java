package io.datahub.test.memory;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.record.Change;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.User;
import io.datahub.api.validation.ValidatorId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** A draft of a {@link MemoryRecordStore}. */
final class StoredDraft extends MemoryDraft {

    private static final int TRIES = 3;

    private final MemoryRecordStore store;

    /** Where the bytes end that may be those of the version that it began from. */
    private long baseEnd;

    /** Up to where all bytes were written to the draft. */
    private long written;

    private Refusal refusal;
    private boolean committed;
    private boolean closed;

    StoredDraft(MemoryRecordStore store, WriteRequest request, Optional<MemoryTree.Stored> base) {
        super(
                request,
                base.flatMap(stored -> stored.version().etag()),
                base.map(MemoryTree.Stored::bytes).orElseGet(() -> new byte[0]));
        this.store = store;
        baseEnd = size();
    }

    @Override
    public Optional<Refusal> write(long offset, ByteBuffer bytes) {
        requireUncommitted();
        requireNotNegative(offset);
        long end = offset + bytes.remaining();
        if (mayGrow(Math.max(size(), end))) {
            written = offset <= written ? Math.max(written, end) : written;
            super.write(offset, bytes);
        }
        return Optional.ofNullable(refusal);
    }

    @Override
    public Optional<Refusal> truncate(long size) {
        requireUncommitted();
        requireNotNegative(size);
        if (mayGrow(size)) {
            baseEnd = Math.min(baseEnd, size);
            written = Math.min(written, size);
            super.truncate(size);
        }
        return Optional.ofNullable(refusal);
    }

    /** Whether it may contain bytes of the version that it began from. */
    private boolean usesBase() {
        return written < baseEnd;
    }

    private boolean mayGrow(long size) {
        if (refusal == null
                && request().length().isPresent()
                && size > request().length().getAsLong()) {
            refusal = new Refusal(Reason.BAD_REQUEST, "there are more bytes than announced");
        }
        if (refusal == null) {
            refusal = store.claim(
                            this, request(), Math.max(size, request().length().orElse(0)))
                    .orElse(null);
        }
        return refusal == null;
    }

    @Override
    public Result<Integer> read(long offset, ByteBuffer target) {
        requireUncommitted();
        return usesBase() && !request().user().mayRead(request().path())
                ? Result.refused(
                        Reason.FORBIDDEN,
                        "you have no grant to read " + request().path())
                : super.read(offset, target);
    }

    @Override
    public Result<List<ValidatorId>> validate() {
        requireUncommitted();
        return validate(candidate());
    }

    private Result<List<ValidatorId>> validate(MemoryValidation.Bytes candidate) {
        Optional<Refusal> incomplete = refuseBytes();
        return incomplete.isPresent()
                ? Result.refused(incomplete.get())
                : store.validation().validate(candidate);
    }

    private MemoryValidation.Bytes candidate() {
        Optional<String> user = Optional.of(request().user().name()).filter(name -> !name.isEmpty());
        byte[] bytes = bytes();
        return new MemoryValidation.Bytes(
                request().path(),
                user,
                bytes,
                hash("SHA-256", bytes),
                store.current(request().path()).map(MemoryTree.Stored::bytes));
    }

    private Optional<Refusal> refuseBytes() {
        if (refusal != null) {
            return Optional.of(refusal);
        }
        if (request().length().isPresent() && size() != request().length().getAsLong()) {
            return Optional.of(new Refusal(Reason.BAD_REQUEST, "bytes are missing"));
        }
        for (Map.Entry<String, String> digest : request().digests().entrySet()) {
            if (!hash(digest.getKey(), bytes()).equals(digest.getValue().toLowerCase(Locale.ROOT))) {
                return Optional.of(new Refusal(Reason.BAD_REQUEST, "the " + digest.getKey() + " digest doesn't match"));
            }
        }
        return Optional.empty();
    }

    private static String hash(String algorithm, byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** Validates again if the version that a validator compared the bytes with was replaced in the meantime. */
    @Override
    public Result<Change> commit() throws IOException {
        requireUncommitted();
        Result<Change> result = null;
        for (int i = 0; i < TRIES; i++) {
            Optional<String> compared = store.current(request().path())
                    .flatMap(stored -> stored.version().etag());
            MemoryValidation.Bytes candidate = candidate();
            Result<List<ValidatorId>> validated = validate(candidate);
            Optional<User> user = request().currentUser().get();
            if (validated.isRefused() || user.isEmpty()) {
                return Result.refused(validated
                        .refusal()
                        .orElseGet(() -> new Refusal(Reason.UNAUTHENTICATED, "the credentials were revoked")));
            }
            WriteRequest conditional = conditional(candidate, compared).withUser(user.get());
            result = store.commit(this, conditional, bytes(), candidate.sha256(), validated.get());
            committed = !result.isRefused();
            if (committed || !candidate.wasCompared() || isCurrent(compared)) {
                return result;
            }
        }
        return result;
    }

    @Override
    public Result<Change> reject(Refusal found) throws IOException {
        requireUncommitted();
        byte[] bytes = bytes();
        committed = true;
        return Result.done(store.reject(request(), bytes.length, hash("SHA-256", bytes)));
    }

    private boolean isCurrent(Optional<String> etag) {
        return store.current(request().path())
                .flatMap(stored -> stored.version().etag())
                .equals(etag);
    }

    private WriteRequest conditional(MemoryValidation.Bytes candidate, Optional<String> compared) {
        WriteRequest conditional = request();
        if (usesBase()) {
            conditional = require(conditional, baseEtag());
        }
        return candidate.wasCompared() ? require(conditional, compared) : conditional;
    }

    private static WriteRequest require(WriteRequest request, Optional<String> etag) {
        return request.withPrecondition(request.precondition()
                .and(current -> current.flatMap(RecordVersion::etag).equals(etag)));
    }

    private void requireUncommitted() {
        if (committed) {
            throw new IllegalStateException("the draft of " + request().path() + " is already committed");
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            store.release(this);
        }
    }
}
