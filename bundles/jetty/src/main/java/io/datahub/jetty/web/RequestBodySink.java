package io.datahub.jetty.web;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.server.Response;

/** Receives the body of an exchange and responds if the body doesn't arrive or can't be processed. */
public abstract class RequestBodySink implements BodySink {

    private final Exchange exchange;

    protected RequestBodySink(Exchange exchange) {
        this.exchange = exchange;
    }

    protected final Exchange exchange() {
        return exchange;
    }

    /** Discards the data received so far and releases what it holds. Idempotent. */
    protected abstract void discard();

    /** Discards the data received so far, drains the rest of the body and refuses the request. */
    protected final void refuse(Refusal refusal) {
        discard();
        BodyDrainer.refuse(exchange, refusal);
    }

    @Override
    public final void aborted(Throwable cause) {
        discard();
        if (cause instanceof TimeoutException) {
            exchange.refuse(Reason.TIMED_OUT, "the client stopped sending the body");
        } else {
            exchange.callback().failed(cause);
        }
    }

    @Override
    public final void failed(Throwable cause) {
        discard();
        Response.writeError(exchange.request(), exchange.response(), exchange.callback(), cause);
    }
}
