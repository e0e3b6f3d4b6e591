package io.datahub.hooks.incoming;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.user.Origin;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.util.Promise;

/**
 * Reads a body without blocking a thread. What has arrived counts as in memory until {@link #release}. The deadline is
 * looked at whenever something arrives: a sender that sends nothing at all ends by the idle timeout.
 */
final class BodyReader implements Runnable {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private final Content.Source source;
    private final Origin origin;
    private final ReceivedBytes received;
    private final Duration allowed;
    private final InstantSource clock;
    private final Promise<Result<byte[]>> promise;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private final long deadline;

    /** @param promise gets the body, or why it isn't taken */
    BodyReader(
            Content.Source source,
            Origin origin,
            ReceivedBytes received,
            Duration allowed,
            InstantSource clock,
            Promise<Result<byte[]>> promise) {
        this.source = source;
        this.origin = origin;
        this.received = received;
        this.allowed = allowed;
        this.clock = clock;
        this.promise = promise;
        deadline = clock.millis() + allowed.toMillis();
    }

    /** Reads what has arrived, and goes on when there is more. */
    @Override
    public void run() {
        while (true) {
            Content.Chunk chunk = source.read();
            if (chunk == null) {
                source.demand(this);
                return;
            }
            if (Content.Chunk.isFailure(chunk)) {
                promise.failed(chunk.getFailure());
                return;
            }
            boolean last = chunk.isLast();
            Result<byte[]> result;
            try {
                result = take(chunk.getByteBuffer(), last);
            } finally {
                chunk.release();
            }
            if (last || result.isRefused()) {
                promise.succeeded(result);
                return;
            }
        }
    }

    private Result<byte[]> take(ByteBuffer bytes, boolean last) {
        if (clock.millis() > deadline) {
            return Result.refused(
                    Reason.TIMED_OUT, "the body has not arrived within " + allowed.toSeconds() + " seconds");
        }
        byte[] copy = new byte[bytes.remaining()];
        if (!received.add(origin, copy.length)) {
            return Result.refused(Refusal.unavailable("too much is being sent to hooks; try again", RETRY_AFTER));
        }
        bytes.get(copy);
        body.writeBytes(copy);
        return Result.done(last ? body.toByteArray() : copy);
    }

    /** The body isn't in memory any more. */
    void release() {
        received.remove(origin, body.size());
    }
}
