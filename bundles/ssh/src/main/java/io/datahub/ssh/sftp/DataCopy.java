package io.datahub.ssh.sftp;

import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.ssh.session.SshSession;
import io.datahub.ssh.sftp.file.DraftHandle;
import io.datahub.ssh.sftp.file.Handle;
import io.datahub.ssh.sftp.wire.Status;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A request to copy between files that are open. It is done in steps, so that other channels get their turns. Used by one
 * thread at a time.
 */
final class DataCopy {

    private static final int BUFFER_BYTES = 1 << 16;
    private static final long STEP_BYTES = 1L << 20;

    private final int id;
    private final Handle source;
    private final long from;
    private final long length;
    private final DraftHandle target;
    private final long to;
    private long copied;

    /** @param id the number of the request */
    DataCopy(int id, Handle source, long from, long length, DraftHandle target, long to) {
        this.id = id;
        this.source = source;
        this.from = from;
        this.length = length;
        this.target = target;
        this.to = to;
    }

    int id() {
        return id;
    }

    /**
     * Copies some more.
     *
     * @return the answer; empty if there is more to copy
     */
    Optional<Status> proceed(SshSession session) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        long end = Math.min(length, copied + STEP_BYTES);
        while (copied < end) {
            if (!session.isOpen() || session.isLost()) {
                return Optional.of(Status.failure("the connection was cut"));
            }
            buffer.clear().limit((int) Math.min(BUFFER_BYTES, end - copied));
            Result<Integer> count = source.read(from + copied, buffer);
            if (count.isRefused()) {
                return count.refusal().map(Status::of);
            }
            if (count.get() <= 0) {
                return Optional.of(Status.OK);
            }
            Optional<Refusal> refusal = target.write(to + copied, buffer.flip());
            if (refusal.isPresent()) {
                return refusal.map(Status::of);
            }
            copied += count.get();
        }
        return copied < length ? Optional.empty() : Optional.of(Status.OK);
    }
}
