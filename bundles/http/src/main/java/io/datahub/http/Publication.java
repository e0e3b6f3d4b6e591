package io.datahub.http;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.event.CloseReason;
import io.datahub.api.event.EventBroker;
import io.datahub.api.event.EventSink;
import io.datahub.api.event.Published;
import io.datahub.api.event.Session;
import io.datahub.api.user.Login;
import java.io.ByteArrayOutputStream;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Response;

/** The body of a {@code POST /events/TOPIC} on its way to become an event. */
final class Publication implements BodySink {

    private static final EventSink NOBODY = new EventSink() {
        @Override
        public void ready() {}

        @Override
        public void resume() {}

        @Override
        public void renewed(Login login) {}

        @Override
        public void ended(CloseReason reason) {}
    };

    private final Exchange exchange;
    private final EventBroker broker;
    private final String topic;
    private final int maxBytes;
    private final Allowance allowance;
    private final ByteArrayOutputStream payload = new ByteArrayOutputStream(256);
    private long held;

    /**
     * Prepares to read.
     *
     * @param maxBytes how long the payload may be
     * @param allowance what all payloads that are coming in may hold together
     */
    Publication(Exchange exchange, EventBroker broker, String topic, int maxBytes, Allowance allowance) {
        this.exchange = exchange;
        this.broker = broker;
        this.topic = topic;
        this.maxBytes = maxBytes;
        this.allowance = allowance;
    }

    @Override
    public boolean take(Content.Chunk chunk) {
        int length = chunk.remaining();
        if (payload.size() + (long) length > maxBytes) {
            return refuse(tooLarge(maxBytes));
        }
        if (!allowance.take(length)) {
            return refuse(new Refusal(Reason.UNAVAILABLE, "too many events are coming in at once; try again"));
        }
        held += length;
        byte[] bytes = new byte[length];
        chunk.getByteBuffer().get(bytes);
        payload.writeBytes(bytes);
        return true;
    }

    static Refusal tooLarge(int maxBytes) {
        return new Refusal(
                Reason.TOO_LARGE, "an event has at most " + maxBytes + " bytes; put larger things under /files");
    }

    private boolean refuse(Refusal refusal) {
        giveBack();
        Drain.refuse(exchange, refusal);
        return false;
    }

    @Override
    public void end() {
        try (Session session = broker.open(exchange.login().orElseThrow(), NOBODY)) {
            Published published = session.publish(topic, payload.toByteArray());
            published.refusal().ifPresentOrElse(exchange::refuse, () -> exchange.empty(202));
        } finally {
            giveBack();
        }
    }

    private void giveBack() {
        allowance.giveBack(held);
        held = 0;
    }

    @Override
    public void cut(Throwable cause) {
        giveBack();
        if (cause instanceof TimeoutException) {
            exchange.refuse(Reason.TIMED_OUT, "the body stopped coming");
        } else {
            exchange.callback().failed(cause);
        }
    }

    @Override
    public void failed(Throwable cause) {
        giveBack();
        Response.writeError(exchange.request(), exchange.response(), exchange.callback(), cause);
    }
}
