package io.datahub.jetty;

import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Reads and discards the rest of a request that has already been answered, up to a limit of bytes and time. If the
 * connection were closed at once, a client that sends its whole request before it reads would never receive the
 * response.
 */
final class RequestDrainer extends Callback.Nested implements Runnable {

    private static final long MAX_BYTES = 1L << 30;
    private static final long MAX_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final int READS_BEFORE_RESPONSE = 16;

    private final Request request;
    private final long start = System.nanoTime();
    private long remainingBytes = MAX_BYTES;

    /**
     * Creates a drainer that reads after the response is sent.
     *
     * @param callback completed after that
     */
    RequestDrainer(Request request, Callback callback) {
        super(callback);
        this.request = request;
    }

    /** Sends an error response; if the client is still sending, it is told that the connection closes after it. */
    void sendError(Response response, int status, String detail) {
        boolean complete = drainAvailable();
        if (!complete && request.getConnectionMetaData().getHttpVersion() == HttpVersion.HTTP_1_1) {
            response.getHeaders().put(HttpHeader.CONNECTION, HttpHeaderValue.CLOSE);
        }
        Request undrained = new Request.Wrapper(request) {
            /** Jetty's own implementation makes the rest of the body unreadable. */
            @Override
            public boolean consumeAvailable() {
                return complete;
            }
        };
        Response.writeError(undrained, response, this, status, detail);
    }

    /** Sends a response without a body. */
    void sendEmpty(Response response) {
        if (!drainAvailable() && request.getConnectionMetaData().getHttpVersion() == HttpVersion.HTTP_1_1) {
            response.getHeaders().put(HttpHeader.CONNECTION, HttpHeaderValue.CLOSE);
        }
        response.write(true, null, this);
    }

    private boolean drainAvailable() {
        for (int i = 0; i < READS_BEFORE_RESPONSE; i++) {
            Content.Chunk chunk = request.read();
            if (chunk == null || Content.Chunk.isFailure(chunk)) {
                return false;
            }
            chunk.release();
            if (chunk.isLast()) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void succeeded() {
        run();
    }

    @Override
    public void run() {
        while (remainingBytes >= 0 && System.nanoTime() - start < MAX_NANOS) {
            Content.Chunk chunk = request.read();
            if (chunk == null) {
                request.demand(this);
                return;
            }
            remainingBytes -= chunk.remaining();
            boolean isComplete = chunk.isLast() || Content.Chunk.isFailure(chunk);
            chunk.release();
            if (isComplete) {
                break;
            }
        }
        super.succeeded();
    }
}
