package io.datahub.store.metadata;

import java.io.DataOutput;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;

/**
 * The times of a version that its file doesn't carry.
 *
 * @param committed when a version was committed that was moved, or whose file has the client's time; empty for any
 *     other, which was committed when its file was last modified
 * @param client the client's own time of the bytes, if it gave one
 */
public record CommitTimes(Optional<Instant> committed, Optional<Instant> client) {

    /** A version that was committed when its file was last modified, for which the client gave no time. */
    public static final CommitTimes NONE = new CommitTimes(Optional.empty(), Optional.empty());

    /** The times of a version that was written now. */
    public static CommitTimes written(Optional<Instant> client) {
        return client.isEmpty() ? NONE : new CommitTimes(Optional.empty(), client);
    }

    /** The times of the version when its bytes are moved to another path. */
    public CommitTimes movedAt(Instant now) {
        return new CommitTimes(Optional.of(now), client);
    }

    /** The same with another time of the client. */
    public CommitTimes withClient(Optional<Instant> time) {
        return new CommitTimes(committed, time);
    }

    void write(DataOutput out) throws IOException {
        RecordCodec.writeInstant(out, committed);
        RecordCodec.writeInstant(out, client);
    }

    static CommitTimes read(RecordInput in) throws IOException {
        return new CommitTimes(RecordCodec.readInstant(in), RecordCodec.readInstant(in));
    }
}
