package io.datahub.jetty.web;

import io.datahub.api.Refusal;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Response;

/**
 * Refuses a request whose body has not been read. If the client sends the body anyway, it is read and discarded first,
 * up to a limit of bytes and time: a client that is still sending when the connection is closed may never see the
 * response.
 */
public final class BodyDrainer implements BodySink {

    private final Exchange exchange;
    private final Refusal refusal;
    private final DrainLimit limit = new DrainLimit();

    private BodyDrainer(Exchange exchange, Refusal refusal) {
        this.exchange = exchange;
        this.refusal = refusal;
    }

    public static void refuse(Exchange exchange, Refusal refusal) {
        boolean expectsContinue = exchange.header(HttpHeader.EXPECT).isPresent();
        if (expectsContinue || exchange.request().getLength() > DrainLimit.MAX_BYTES) {
            exchange.refuse(refusal);
        } else {
            new BodyReader(exchange.request(), new BodyDrainer(exchange, refusal)).run();
        }
    }

    @Override
    public boolean take(Content.Chunk chunk) {
        limit.count(chunk);
        if (limit.isReached()) {
            end();
            return false;
        }
        return true;
    }

    @Override
    public void end() {
        exchange.refuse(refusal);
    }

    @Override
    public void aborted(Throwable cause) {
        end();
    }

    @Override
    public void failed(Throwable cause) {
        Response.writeError(exchange.request(), exchange.response(), exchange.callback(), cause);
    }
}
