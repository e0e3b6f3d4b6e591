package io.datahub.jetty.handlers;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;

/** A request whose body fails with 413 once more was read than is allowed. */
final class LimitedBody extends Request.Wrapper {

    private final long maxBytes;
    private long bytes;
    private Content.Chunk failure;

    LimitedBody(Request request, long maxBytes) {
        super(request);
        this.maxBytes = maxBytes;
    }

    /** The refusal of a body that is larger. */
    static Refusal tooLarge(long maxBytes) {
        return new Refusal(
                Reason.TOO_LARGE, "the body is larger than the " + maxBytes + " bytes that are allowed here");
    }

    @Override
    public Content.Chunk read() {
        if (failure != null) {
            return failure;
        }
        Content.Chunk chunk = super.read();
        if (chunk == null || Content.Chunk.isFailure(chunk)) {
            return chunk;
        }
        bytes += chunk.remaining();
        if (bytes <= maxBytes) {
            return chunk;
        }
        chunk.release();
        Refusal refusal = tooLarge(maxBytes);
        setAttribute(Refusal.class.getName(), refusal);
        failure = Content.Chunk.from(
                new HttpException.RuntimeException(HttpStatus.PAYLOAD_TOO_LARGE_413, refusal.detail()), true);
        return failure;
    }
}
