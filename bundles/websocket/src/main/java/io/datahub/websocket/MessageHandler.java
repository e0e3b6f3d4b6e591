package io.datahub.websocket;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.cloudevent.CloudEvent;
import io.datahub.api.cloudevent.CloudEventMessage;
import io.datahub.api.cloudevent.CloudEventReader;
import io.datahub.api.event.CloseReason;
import io.datahub.api.event.Published;
import io.datahub.api.event.Session;
import io.datahub.api.json.JsonText;
import io.datahub.api.json.Utf8;
import io.datahub.api.user.GrantedTopics;
import io.datahub.api.user.Login;
import io.datahub.api.user.Origin;
import io.datahub.api.user.User;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.websocket.core.CloseStatus;

/**
 * Handles the messages of a client. Messages arrive one at a time; only {@link #sessionEnded} and {@link #end} may be
 * called concurrently.
 */
final class MessageHandler {

    private static final int MAX_REPLAYS = 8;

    /** Each topic is compared with every event of the history. */
    private static final int MAX_REPLAYED_TOPICS = 1_000;

    private static final int MAX_TOPIC_BYTES = 4200;

    private final WebSocketEndpoint endpoint;
    private final WebSocketClient connection;
    private final Origin origin;
    private final Subprotocol subprotocol;
    private final QuerySubscription query;
    private EventSender sender;
    private Runnable cancelDeadline = () -> {};
    private boolean hasReceived;

    // guarded by this
    private Session session;
    private boolean closed;

    /**
     * @param origin the client's address and transport
     * @param query the subscription in the query of its request
     */
    MessageHandler(
            WebSocketEndpoint endpoint,
            WebSocketClient connection,
            Origin origin,
            Subprotocol subprotocol,
            QuerySubscription query) {
        this.endpoint = endpoint;
        this.connection = connection;
        this.origin = origin;
        this.subprotocol = subprotocol;
        this.query = query;
    }

    /** Sets the sender of the client's events; called once, before all other methods. */
    void setSender(EventSender events) {
        sender = events;
    }

    /** Welcomes a client that authenticated in its request, or waits for its auth message. */
    void start(Optional<Login> login) {
        if (login.isPresent()) {
            welcome(login.get());
        } else {
            cancelDeadline = endpoint.schedule(
                    endpoint.configuration().handshakeMillis(),
                    () -> connection.close(CloseStatus.POLICY_VIOLATION, "no auth message arrived in time"));
            connection.demand();
        }
    }

    private void welcome(Login login) {
        cancelDeadline.run();
        Session opened = endpoint.broker().open(login.from(login.origin().withTransport(origin.transport())), sender);
        synchronized (this) {
            if (closed) {
                opened.close();
            }
            session = opened;
        }
        sender.start(opened);
        subprotocol
                .welcome(login.user().name())
                .ifPresentOrElse(
                        json -> connection.send(json, Callback.from(connection::demand)),
                        () -> subscribeFromQuery(opened));
    }

    /** Whether the client hasn't authenticated yet. */
    synchronized boolean isUnauthenticated() {
        return session == null;
    }

    private synchronized Session session() {
        return session;
    }

    /** Handles a text message of valid UTF-8. */
    void text(byte[] message) {
        if (subprotocol == Subprotocol.CLOUDEVENTS && session() != null) {
            cloudEvent(message);
        } else {
            controlMessage(message);
        }
    }

    private void cloudEvent(byte[] message) {
        Result<CloudEventMessage> read = CloudEventReader.read(message, "the message");
        if (!read.isRefused()) {
            CloudEvent event = read.get().event();
            publish(session(), Optional.of(JsonText.quoted(event.text("id"))), event.topic(), message);
        } else if (!hasReceived) {
            controlMessage(message);
        } else {
            connection.reply(MessageId.find(message), read.refusal());
        }
        hasReceived = true;
    }

    private void controlMessage(byte[] message) {
        ClientMessageReader.ParsedMessage reading = ClientMessageReader.read(message);
        Optional<Refusal> refusal = reading.message().refusal();
        boolean first = !hasReceived;
        hasReceived = true;
        Session open = session();
        if (refusal.isPresent()) {
            if (open == null && subprotocol == Subprotocol.CLOUDEVENTS) {
                refuseUnauthenticated(reading.id());
            } else {
                connection.reply(reading.id(), refusal);
            }
            return;
        }
        ClientMessage clientMessage = reading.message().get();
        if (clientMessage instanceof ClientMessage.Auth auth) {
            auth(auth, open, first);
        } else if (open == null) {
            refuseUnauthenticated(clientMessage.id());
        } else if (subprotocol == Subprotocol.CLOUDEVENTS) {
            connection.reply(clientMessage.id(), badRequest("the message isn't a CloudEvent in JSON"));
        } else if (clientMessage instanceof ClientMessage.Subscribe subscribe) {
            subscribe(subscribe, open);
        } else if (clientMessage instanceof ClientMessage.Unsubscribe unsubscribe) {
            connection.reply(unsubscribe.id(), unsubscribe(unsubscribe.topics()));
        } else if (clientMessage instanceof ClientMessage.Publish publish) {
            publish(open, publish.id(), publish.topic(), publish.payload());
        }
    }

    /** Handles a binary message: an event. */
    void binary(byte[] message) {
        hasReceived = true;
        Session open = session();
        int end = 0;
        while (end < message.length && message[end] != 0) {
            end++;
        }
        byte[] topic = Arrays.copyOf(message, end);
        if (open == null) {
            refuseUnauthenticated(Optional.empty());
        } else if (end == message.length) {
            connection.reply(
                    Optional.empty(), badRequest("a binary frame consists of a topic, one NUL, and the payload"));
        } else if (!Utf8.isValid(topic)) {
            connection.reply(Optional.empty(), Published.BAD_TOPIC.refusal());
        } else {
            byte[] payload = Arrays.copyOfRange(message, end + 1, message.length);
            publish(open, Optional.empty(), new String(topic, StandardCharsets.UTF_8), payload);
        }
    }

    private void refuseUnauthenticated(Optional<String> id) {
        Refusal refusal = new Refusal(Reason.UNAUTHENTICATED, "the first message must be auth");
        answerAndClose(id, refusal, CloseStatus.POLICY_VIOLATION);
    }

    /** Answers a message with an error after which the connection can't go on. */
    private void answerAndClose(Optional<String> id, Refusal refusal, int code) {
        connection.send(
                subprotocol.reply(id, Optional.of(refusal)).orElseThrow(),
                Callback.from(() -> connection.refuse(code, refusal.detail())));
    }

    private static Optional<Refusal> badRequest(String detail) {
        return Optional.of(new Refusal(Reason.BAD_REQUEST, detail));
    }

    /** An anonymous client may authenticate with its first message. */
    private void auth(ClientMessage.Auth auth, Session open, boolean first) {
        if (open != null && !(first && open.login().user().name().equals(User.ANONYMOUS))) {
            connection.reply(
                    auth.id(), Optional.of(new Refusal(Reason.CONFLICT, "the connection is already authenticated")));
            return;
        }
        endpoint.authenticator()
                .authenticate(auth.token(), origin, endpoint::execute, login -> authenticated(auth, open, login));
    }

    private void authenticated(ClientMessage.Auth auth, Session open, Result<Login> login) {
        if (login.isRefused()) {
            Refusal refusal = login.refusal().orElseThrow();
            Duration delay = endpoint.authenticator().failureDelay(auth.token(), origin);
            endpoint.schedule(delay.toMillis(), () -> answerAndClose(auth.id(), refusal, CloseStatus.POLICY_VIOLATION));
            return;
        }
        connection.loggedIn();
        if (open != null) {
            open.close();
        }
        subprotocol.reply(auth.id(), Optional.empty()).ifPresent(json -> connection.send(json, Callback.NOOP));
        welcome(login.get());
    }

    /** Subscribes as requested in the query, for subprotocols that carry only events. */
    private void subscribeFromQuery(Session open) {
        subscribe(new ClientMessage.Subscribe(Optional.empty(), query.topics(), query.since()), open);
    }

    private void subscribe(ClientMessage.Subscribe message, Session open) {
        if (message.since().isEmpty()) {
            sender.subscribe(message.topics(), refusal -> reply(message, open, refusal));
        } else if (message.topics().size() > MAX_REPLAYED_TOPICS) {
            connection.reply(
                    message.id(),
                    badRequest("a subscription with since has at most " + MAX_REPLAYED_TOPICS
                            + " topics; subscribe to shorter prefixes, or in several messages"));
        } else if (sender.replays() >= MAX_REPLAYS) {
            connection.reply(
                    message.id(),
                    Optional.of(
                            new Refusal(Reason.TOO_MANY, "too many replays at once; wait until one has caught up")));
        } else {
            sender.subscribe(
                    message.topics(),
                    message.since().get(),
                    refusal -> reply(message, open, refusal),
                    gap -> subprotocol
                            .reply(message.id(), Optional.of(gap))
                            .ifPresent(json -> connection.send(json, Callback.NOOP)));
        }
    }

    /** Removes the subscriptions that exist; refused if one is missing. */
    private Optional<Refusal> unsubscribe(List<String> topics) {
        Optional<Refusal> refusal = Optional.empty();
        for (String topic : topics) {
            if (!sender.unsubscribe(topic)) {
                refusal = Optional.of(new Refusal(Reason.NOT_FOUND, "there is no subscription to \"" + topic + "\""));
            }
        }
        return refusal;
    }

    private void reply(ClientMessage.Subscribe message, Session open, Optional<Refusal> refusal) {
        if (refusal.isPresent()) {
            connection.reply(message.id(), refusal);
        } else {
            connection.replySubscribed(
                    message.id(), GrantedTopics.of(open.login().user(), message.topics()));
        }
    }

    private void publish(Session open, Optional<String> id, String topic, byte[] payload) {
        Published published;
        if (payload.length > endpoint.configuration().maxMessageBytes()) {
            published = Published.TOO_LARGE;
        } else if (topic.length() > MAX_TOPIC_BYTES) {
            published = Published.TOPIC_TOO_LONG;
        } else {
            published = open.publish(() -> endpoint.execute(() -> completed(open, id)), topic, payload);
        }
        if (published != Published.PENDING) {
            reply(open, id, published);
        }
    }

    /** Resumes once a pending event is completed; until then no further message is read from the client. */
    private void completed(Session open, Optional<String> id) {
        Published published = open.completed();
        open.flush();
        reply(open, id, published);
    }

    private void reply(Session open, Optional<String> id, Published published) {
        if (published == Published.TOO_LARGE) {
            Refusal refusal = new Refusal(Reason.TOO_LARGE, "the message exceeds the size limit");
            answerAndClose(id, refusal, CloseStatus.MESSAGE_TOO_LARGE);
        } else {
            connection.reply(id, open.refusal(published));
        }
    }

    /** Called when the broker has ended the session. */
    void sessionEnded(CloseReason reason) {
        switch (reason) {
            case ACCESS_LOST -> connection.close(CloseStatus.POLICY_VIOLATION, "access lost");
            case DISCONNECTED -> connection.close(CloseStatus.POLICY_VIOLATION, "disconnected by an administrator");
            case TOO_SLOW -> connection.close(CloseStatus.TRY_AGAIN_LATER, "too slow");
            case HUB_STOPS -> connection.close(CloseStatus.SHUTDOWN, "the hub is stopping");
        }
    }

    /** Closes the session when the connection ends. */
    void end() {
        cancelDeadline.run();
        synchronized (this) {
            closed = true;
            if (session != null) {
                session.close();
            }
        }
    }
}
