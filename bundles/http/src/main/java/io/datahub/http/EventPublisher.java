package io.datahub.http;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.event.CloseReason;
import io.datahub.api.event.EventBroker;
import io.datahub.api.event.EventSink;
import io.datahub.api.event.Published;
import io.datahub.api.event.Session;
import io.datahub.api.user.Login;
import io.datahub.api.user.User;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Response;

/**
 * The body of a {@code POST /events/TOPIC} on its way to become an event, or several where it is a batch of CloudEvents.
 * CloudEvents need no topic: each has one of its own.
 */
final class EventPublisher implements BodySink {

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
    private final Optional<String> topic;
    private final CloudEventMode mode;
    private final Map<String, String> digests;
    private final int maxBytes;
    private final ByteBudget allowance;
    private final ByteArrayOutputStream payload = new ByteArrayOutputStream(256);
    private long held;

    /** Once the body is there. */
    private Session session;

    private Iterator<Outgoing> rest;

    /**
     * Prepares to read.
     *
     * @param topic the path's; empty only for CloudEvents
     * @param digests that the payload must have, as {@link Digests#of} reads them
     * @param maxBytes how long the payload may be
     * @param allowance what all payloads that are coming in may hold together
     */
    EventPublisher(
            Exchange exchange,
            EventBroker broker,
            Optional<String> topic,
            CloudEventMode mode,
            Map<String, String> digests,
            int maxBytes,
            ByteBudget allowance) {
        this.exchange = exchange;
        this.broker = broker;
        this.topic = topic;
        this.mode = mode;
        this.digests = digests;
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
        BodyDrainer.refuse(exchange, refusal);
        return false;
    }

    @Override
    public void end() {
        byte[] body = payload.toByteArray();
        Result<List<Outgoing>> events = Digests.mismatch(digests, body)
                .<Result<List<Outgoing>>>map(Result::refused)
                .orElseGet(() -> events(body));
        if (events.isRefused()) {
            answer(events.refusal());
        } else {
            publish(events.get());
        }
    }

    private void answer(Optional<Refusal> refusal) {
        if (session != null) {
            session.close();
        }
        giveBack();
        refusal.ifPresentOrElse(exchange::refuse, () -> exchange.empty(202));
    }

    /** What is to be published. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Outgoing(String topic, byte[] payload) {}

    private Result<List<Outgoing>> events(byte[] body) {
        Result<List<CloudEventMessage>> messages = switch (mode) {
            case NONE -> null;
            case BINARY ->
                CloudEventHeaders.read(exchange.request().getHeaders(), body)
                        .then(message -> Result.done(List.of(message)));
            case STRUCTURED -> CloudEventMessage.read(body, false);
            case BATCH -> CloudEventMessage.read(body, true);
        };
        return messages == null
                ? Result.done(List.of(new Outgoing(topic.orElseThrow(), body)))
                : messages.then(all -> Result.done(all.stream()
                        .map(message -> new Outgoing(topic.orElseGet(message.attributes()::topic), message.json()))
                        .toList()));
    }

    /** Publishes all, or none where one of them isn't granted. */
    private void publish(List<Outgoing> events) {
        Login login = exchange.login().orElseThrow();
        for (Outgoing event : events) {
            byte[] name = event.topic().getBytes(StandardCharsets.UTF_8);
            if (events.size() > 1 && (User.isReserved(name) || !login.user().mayPublish(name))) {
                answer(Published.NOT_GRANTED.refusal());
                return;
            }
        }
        session = broker.open(login, NOBODY);
        rest = events.iterator();
        goOn(Published.ACCEPTED);
    }

    /** Publishes what is left; holds no thread while validators have an event before them. */
    private void goOn(Published last) {
        Published published = last;
        while (published == Published.ACCEPTED && rest.hasNext()) {
            Outgoing event = rest.next();
            published = session.publish(this::validated, event.topic(), event.payload());
        }
        if (published != Published.PENDING) {
            answer(session.refusal(published));
        }
    }

    private void validated() {
        exchange.request().getComponents().getExecutor().execute(() -> {
            try {
                Published published = session.validated();
                session.flush();
                goOn(published);
            } catch (RuntimeException e) {
                failed(e);
            }
        });
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
        if (session != null) {
            session.close();
        }
        giveBack();
        Response.writeError(exchange.request(), exchange.response(), exchange.callback(), cause);
    }
}
