package io.datahub.http;

import io.datahub.api.Refusal;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Response;

/**
 * Refuses a request whose body hasn't been read. Where the client sends it anyway, a part of it is taken first and thrown
 * away: a client that is still sending when the connection is closed may never see the answer.
 */
final class Drain implements BodySink {

    private static final long MOST = 16 * 1024 * 1024;

    private final Exchange exchange;
    private final Refusal refusal;
    private long left = MOST;

    private Drain(Exchange exchange, Refusal refusal) {
        this.exchange = exchange;
        this.refusal = refusal;
    }

    static void refuse(Exchange exchange, Refusal refusal) {
        boolean waits = exchange.header(HttpHeader.EXPECT).isPresent();
        if (waits || exchange.request().getLength() > MOST) {
            exchange.refuse(refusal);
        } else {
            new BodyReader(exchange.request(), new Drain(exchange, refusal)).run();
        }
    }

    @Override
    public boolean take(Content.Chunk chunk) {
        left -= chunk.remaining();
        if (left >= 0) {
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
