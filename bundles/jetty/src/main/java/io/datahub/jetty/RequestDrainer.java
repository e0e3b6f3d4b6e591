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
 * Takes what a client still sends of a request that is answered already, and throws it away, up to a bound of bytes and
 * time. Were the connection closed at once, a client that writes first and reads then would never see the answer.
 */
final class RequestDrainer extends Callback.Nested implements Runnable {

    private static final long MOST_BYTES = 1L << 30;
    private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final int READS_BEFORE_ANSWER = 16;

    private final Request request;
    private final long begin = System.nanoTime();
    private long left = MOST_BYTES;

    /**
     * Prepares to read when the answer is sent.
     *
     * @param callback ends the exchange after that
     */
    RequestDrainer(Request request, Callback callback) {
        super(callback);
        this.request = request;
    }

    /** Writes the answer; where the client is still sending, it is told that the connection ends with this. */
    void answer(Response response, int status, String detail) {
        boolean complete = takeWhatIsHere();
        if (!complete && request.getConnectionMetaData().getHttpVersion() == HttpVersion.HTTP_1_1) {
            response.getHeaders().put(HttpHeader.CONNECTION, HttpHeaderValue.CLOSE);
        }
        Request unspoilt = new Request.Wrapper(request) {
            /** Jetty's own gives nothing of the rest to anybody any more. */
            @Override
            public boolean consumeAvailable() {
                return complete;
            }
        };
        Response.writeError(unspoilt, response, this, status, detail);
    }

    /** Sends an answer that has no body. */
    void succeed(Response response) {
        if (!takeWhatIsHere() && request.getConnectionMetaData().getHttpVersion() == HttpVersion.HTTP_1_1) {
            response.getHeaders().put(HttpHeader.CONNECTION, HttpHeaderValue.CLOSE);
        }
        response.write(true, null, this);
    }

    private boolean takeWhatIsHere() {
        for (int i = 0; i < READS_BEFORE_ANSWER; i++) {
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
        while (left >= 0 && System.nanoTime() - begin < MOST_NANOS) {
            Content.Chunk chunk = request.read();
            if (chunk == null) {
                request.demand(this);
                return;
            }
            left -= chunk.remaining();
            boolean isOver = chunk.isLast() || Content.Chunk.isFailure(chunk);
            chunk.release();
            if (isOver) {
                break;
            }
        }
        super.succeeded();
    }
}
