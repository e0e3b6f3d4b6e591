package io.datahub.jetty.web;

import io.datahub.api.Refusal;
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
public final class RequestDrainer extends Callback.Nested implements Runnable {

    private static final int READS_BEFORE_RESPONSE = 16;

    private final Request request;
    private final DrainLimit limit = new DrainLimit();

    /**
     * Creates a drainer that reads after the response is sent.
     *
     * @param callback completed after that
     */
    public RequestDrainer(Request request, Callback callback) {
        super(callback);
        this.request = request;
    }

    /** Sends an error response; if the client is still sending, it is told that the connection closes after it. */
    public void sendError(Response response, int status, String detail) {
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
    public void sendEmpty(Response response) {
        if (!drainAvailable() && request.getConnectionMetaData().getHttpVersion() == HttpVersion.HTTP_1_1) {
            response.getHeaders().put(HttpHeader.CONNECTION, HttpHeaderValue.CLOSE);
        }
        response.write(true, null, this);
    }

    /** Refuses a request; the connection stays open if the whole request has been received. */
    public static void refuse(Request request, Response response, Callback callback, Refusal refusal) {
        request.setAttribute(Refusal.class.getName(), refusal);
        boolean isBodyWithheld = request.getHeaders().contains(HttpHeader.EXPECT)
                || request.getMethod().equals("CONNECT");
        int status = refusal.reason().status();
        if (isBodyWithheld) {
            Response.writeError(request, response, callback, status, refusal.detail());
        } else {
            new RequestDrainer(request, callback).sendError(response, status, refusal.detail());
        }
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
        while (!limit.isReached()) {
            Content.Chunk chunk = request.read();
            if (chunk == null) {
                request.demand(this);
                return;
            }
            limit.count(chunk);
            boolean isComplete = chunk.isLast() || Content.Chunk.isFailure(chunk);
            chunk.release();
            if (isComplete) {
                break;
            }
        }
        super.succeeded();
    }
}
