package io.datahub.jetty;

import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Callback;

/**
 * Takes what a client still sends of a request that is answered already, and throws it away, up to a bound of bytes and
 * time. Were the connection closed at once, a client that writes first and reads then would never see the answer.
 */
final class Leftovers extends Callback.Nested implements Runnable {

    private static final long MOST_BYTES = 1L << 30;
    private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Request request;
    private final long begin = System.nanoTime();
    private long left = MOST_BYTES;

    /**
     * Prepares to read when the answer is sent.
     *
     * @param callback ends the exchange after that
     */
    Leftovers(Request request, Callback callback) {
        super(callback);
        this.request = request;
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
