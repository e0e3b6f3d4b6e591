package io.datahub.http.events;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.cloudevent.CloudEventHeaders;
import io.datahub.api.cloudevent.CloudEventMessage;
import io.datahub.api.cloudevent.CloudEventMode;
import io.datahub.api.cloudevent.CloudEventReader;
import io.datahub.api.event.EventBroker;
import io.datahub.api.event.NoOpSink;
import io.datahub.api.event.Published;
import io.datahub.api.event.Session;
import io.datahub.api.user.Login;
import io.datahub.api.user.User;
import io.datahub.jetty.web.Digests;
import io.datahub.jetty.web.Exchange;
import io.datahub.jetty.web.RequestBodySink;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;

/**
 * Reads the body of {@code POST /events/TOPIC} and publishes it as an event, or as several if it is a batch of
 * CloudEvents. CloudEvents need no topic in the path: each has its own.
 */
final class EventPublisher extends RequestBodySink {

    private final EventBroker broker;
    private final Optional<String> topic;
    private final CloudEventMode mode;
    private final Map<String, String> digests;
    private final int maxBytes;
    private final ByteBudget budget;
    private final ByteArrayOutputStream payload = new ByteArrayOutputStream(256);
    private long heldBytes;

    /** Set once the body is complete. */
    private Session session;

    private Iterator<Outgoing> remaining;

    /**
     * Creates a sink for one request.
     *
     * @param topic the topic of the path; empty only for CloudEvents
     * @param digests the digests to verify, as parsed by {@link Digests#of}
     * @param maxBytes the maximum length of the payload
     * @param budget the limit that all incoming payloads share
     */
    EventPublisher(
            Exchange exchange,
            EventBroker broker,
            Optional<String> topic,
            CloudEventMode mode,
            Map<String, String> digests,
            int maxBytes,
            ByteBudget budget) {
        super(exchange);
        this.broker = broker;
        this.topic = topic;
        this.mode = mode;
        this.digests = digests;
        this.maxBytes = maxBytes;
        this.budget = budget;
    }

    @Override
    public boolean take(Content.Chunk chunk) {
        int length = chunk.remaining();
        if (payload.size() + (long) length > maxBytes) {
            refuse(tooLarge(maxBytes));
            return false;
        }
        if (!budget.tryAcquire(length)) {
            refuse(new Refusal(Reason.UNAVAILABLE, "too many events are being received at once; try again"));
            return false;
        }
        heldBytes += length;
        byte[] bytes = new byte[length];
        chunk.getByteBuffer().get(bytes);
        payload.writeBytes(bytes);
        return true;
    }

    static Refusal tooLarge(int maxBytes) {
        return new Refusal(
                Reason.TOO_LARGE, "an event has at most " + maxBytes + " bytes; store larger data under /files");
    }

    @Override
    public void end() {
        byte[] body = payload.toByteArray();
        Result<List<Outgoing>> events = Digests.mismatch(digests, body)
                .<Result<List<Outgoing>>>map(Result::refused)
                .orElseGet(() -> events(body));
        if (events.isRefused()) {
            respond(events.refusal());
        } else {
            publish(events.get());
        }
    }

    private void respond(Optional<Refusal> refusal) {
        discard();
        refusal.ifPresentOrElse(exchange()::refuse, () -> exchange().empty(202));
    }

    /** An event to publish. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Outgoing(String topic, byte[] payload) {}

    private Result<List<Outgoing>> events(byte[] body) {
        Result<List<CloudEventMessage>> messages = switch (mode) {
            case NONE -> null;
            case BINARY ->
                CloudEventHeaders.read(
                                headers(),
                                Optional.ofNullable(
                                        exchange().request().getHeaders().get(HttpHeader.CONTENT_TYPE)),
                                body)
                        .then(message -> Result.done(List.of(message)));
            case STRUCTURED -> CloudEventReader.read(body, "the body").then(message -> Result.done(List.of(message)));
            case BATCH -> CloudEventReader.readBatch(body, "the body");
        };
        return messages == null
                ? Result.done(List.of(new Outgoing(topic.orElseThrow(), body)))
                : messages.then(all -> Result.done(all.stream()
                        .map(message -> new Outgoing(topic.orElseGet(message.event()::topic), message.json()))
                        .toList()));
    }

    private List<Map.Entry<String, String>> headers() {
        return exchange().request().getHeaders().stream()
                .map(header -> Map.entry(header.getName(), Objects.toString(header.getValue(), "")))
                .toList();
    }

    /** Publishes all events, or none if one of them is not granted. */
    private void publish(List<Outgoing> events) {
        Login login = exchange().login().orElseThrow();
        for (Outgoing event : events) {
            byte[] name = event.topic().getBytes(StandardCharsets.UTF_8);
            if (events.size() > 1 && (User.isReserved(name) || !login.user().mayPublish(name))) {
                respond(Published.NOT_GRANTED.refusal());
                return;
            }
        }
        session = broker.open(login, NoOpSink.INSTANCE);
        remaining = events.iterator();
        publishRemaining(Published.ACCEPTED);
    }

    /** Publishes the remaining events; blocks no thread while an event is pending. */
    private void publishRemaining(Published last) {
        Published published = last;
        while (published == Published.ACCEPTED && remaining.hasNext()) {
            Outgoing event = remaining.next();
            published = session.publish(this::completed, event.topic(), event.payload());
        }
        if (published != Published.PENDING) {
            respond(session.refusal(published));
        }
    }

    private void completed() {
        exchange().request().getComponents().getExecutor().execute(() -> {
            try {
                Published published = session.completed();
                session.flush();
                publishRemaining(published);
            } catch (RuntimeException e) {
                failed(e);
            }
        });
    }

    @Override
    protected void discard() {
        if (session != null) {
            session.close();
        }
        budget.release(heldBytes);
        heldBytes = 0;
    }
}
