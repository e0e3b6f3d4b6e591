package io.datahub.auth.record;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.api.record.Draft;
import io.datahub.api.record.Precondition;
import io.datahub.api.record.Reading;
import io.datahub.api.record.RecordStore;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.User;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** The record {@code broker_users.xml}, read and written as a whole. */
public final class UsersRecord {

    private static final int MAX_BYTES = 64 << 20;

    private final RecordStore store;

    public UsersRecord(RecordStore store) {
        this.store = store;
    }

    /** The entity tag of the current version; empty if there is none, or it isn't validated yet. */
    public Optional<String> etag() throws IOException {
        Result<RecordVersion> found = store.find(User.HUB, RecordPath.USERS);
        Optional<Refusal> refusal = found.refusal();
        if (refusal.filter(why -> why.reason() == Reason.UNAVAILABLE).isPresent()) {
            throw new IOException(refusal.get().detail());
        }
        return refusal.isPresent() ? Optional.empty() : found.get().etag();
    }

    /**
     * The current, validated version.
     *
     * @return or a refusal: {@link Reason#NOT_FOUND}, or {@link Reason#UNAVAILABLE} while it is being edited on disk
     *     and isn't validated yet
     */
    public Result<UsersVersion> read() throws IOException {
        Result<Reading> opened = store.open(User.HUB, RecordPath.USERS);
        if (opened.isRefused()) {
            return Result.refused(opened.refusal().orElseThrow());
        }
        try (Reading reading = opened.get()) {
            Optional<String> etag = reading.version().etag();
            if (etag.isEmpty()) {
                return Result.refused(Refusal.unavailable(
                        RecordPath.USERS + " is being changed on disk; try again in a moment", Duration.ofSeconds(1)));
            }
            return Result.done(new UsersVersion(bytes(reading), etag.get()));
        }
    }

    private static byte[] bytes(Reading reading) throws IOException {
        long size = reading.version().size();
        if (size > MAX_BYTES) {
            throw new IOException(RecordPath.USERS + " has " + size + " bytes; at most " + MAX_BYTES + " are read");
        }
        ByteBuffer buffer = ByteBuffer.allocate((int) size);
        reading.readFully(buffer, 0);
        return buffer.array();
    }

    /** Creates the record if it doesn't exist. */
    public Result<Change> create(byte[] bytes) throws IOException {
        return write(User.HUB, bytes, Optional::isEmpty);
    }

    /** Replaces a version; refused with {@link Reason#PRECONDITION_FAILED} if it was modified concurrently. */
    public Result<Change> replace(User user, UsersVersion version, byte[] bytes) throws IOException {
        Optional<String> etag = Optional.of(version.etag());
        return write(
                user,
                bytes,
                current -> current.isPresent() && current.get().etag().equals(etag));
    }

    private Result<Change> write(User user, byte[] bytes, Precondition precondition) throws IOException {
        WriteRequest request =
                new WriteRequest(user, "auth", RecordPath.USERS, precondition, OptionalLong.of(bytes.length), Map.of());
        Result<Draft> begun = store.begin(request);
        if (begun.isRefused()) {
            return Result.refused(begun.refusal().orElseThrow());
        }
        try (Draft draft = begun.get()) {
            Optional<Refusal> refusal = draft.append(ByteBuffer.wrap(bytes));
            return refusal.isPresent() ? Result.refused(refusal.get()) : draft.commit();
        }
    }
}
