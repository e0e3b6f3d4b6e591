package io.datahub.http;

import io.datahub.api.Refusal;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Response;

/**
 * Refuses a request whose body hasn't been read. Where the client sends it anyway, it is taken first and thrown away, up
 * to a bound of bytes and time: a client that is still sending when the connection is closed may never see the answer.
 */
final class BodyDrainer implements BodySink {

    private static final long MOST_BYTES = 1L << 30;
    private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Exchange exchange;
    private final Refusal refusal;
    private final long begin = System.nanoTime();
    private long left = MOST_BYTES;

    private BodyDrainer(Exchange exchange, Refusal refusal) {
        this.exchange = exchange;
        this.refusal = refusal;
    }

    static void refuse(Exchange exchange, Refusal refusal) {
        boolean waits = exchange.header(HttpHeader.EXPECT).isPresent();
        if (waits || exchange.request().getLength() > MOST_BYTES) {
            exchange.refuse(refusal);
        } else {
            new BodyReader(exchange.request(), new BodyDrainer(exchange, refusal)).run();
        }
    }

    @Override
    public boolean take(Content.Chunk chunk) {
        left -= chunk.remaining();
        if (left >= 0 && System.nanoTime() - begin < MOST_NANOS) {
            return true;
        }
        end();
        return false;
    }

    @Override
    public void end() {
        exchange.refuse(refusal);
    }

    @Override
    public void cut(Throwable cause) {
        end();
    }

    @Override
    public void failed(Throwable cause) {
        Response.writeError(exchange.request(), exchange.response(), exchange.callback(), cause);
    }
}
