package io.datahub.websocket;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.event.CloseReason;
import io.datahub.api.event.CloudEvent;
import io.datahub.api.event.Published;
import io.datahub.api.event.Session;
import io.datahub.api.user.Login;
import io.datahub.api.user.Origin;
import io.datahub.api.user.User;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.websocket.core.CloseStatus;

/** What a client says and what comes of it. Messages come one at a time; only {@link #ended} and {@link #end} come between. */
final class MessageHandler {

    private static final int MAX_REPLAYS = 8;

    /** Each is compared with each entry of the journal. */
    private static final int MAX_REPLAYED_TOPICS = 1_000;

    private static final int MAX_TOPIC_BYTES = 4200;

    private final WebSocketEndpoint gateway;
    private final WebSocketConnection client;
    private final Origin origin;
    private final Subprotocol dialect;
    private final QuerySubscription wishes;
    private EventFeed feed;
    private Runnable noDeadline = () -> {};
    private boolean spoken;

    // guarded by this
    private Session session;
    private boolean over;

    /**
     * @param origin where the client is
     * @param wishes what its request asked for
     */
    MessageHandler(
            WebSocketEndpoint gateway,
            WebSocketConnection client,
            Origin origin,
            Subprotocol dialect,
            QuerySubscription wishes) {
        this.gateway = gateway;
        this.client = client;
        this.origin = origin;
        this.dialect = dialect;
        this.wishes = wishes;
    }

    /** Says where the client's events come from; once, before all else. */
    void feedFrom(EventFeed events) {
        feed = events;
    }

    /** Welcomes a client that is known already, or waits for it to say who it is. */
    void begin(Optional<Login> login) {
        if (login.isPresent()) {
            welcome(login.get());
        } else {
            noDeadline = gateway.later(
                    gateway.configuration().handshakeMillis(),
                    () -> client.close(CloseStatus.POLICY_VIOLATION, "no auth message came in time"));
            client.listen();
        }
    }

    private void welcome(Login login) {
        noDeadline.run();
        Origin here = login.origin().by(origin.transport());
        Session opened = gateway.broker()
                .open(new Login(login.user(), login.credential(), login.label(), login.expires(), here), feed);
        synchronized (this) {
            if (over) {
                opened.close();
            }
            session = opened;
        }
        dialect.welcome(login.user().name())
                .ifPresentOrElse(
                        words -> client.tell(words, Callback.from(client::listen)), () -> subscribeAsWished(opened));
        feed.begin(opened);
    }

    /** Whether the client hasn't said yet who it is. */
    synchronized boolean isWithStranger() {
        return session == null;
    }

    private synchronized Session session() {
        return session;
    }

    /** A text message of valid UTF-8. */
    void text(byte[] message) {
        if (dialect == Subprotocol.CLOUDEVENTS && session() != null) {
            cloudEvent(message);
        } else {
            words(message);
        }
    }

    private void cloudEvent(byte[] message) {
        Result<CloudEvent> read = CloudEventJsonReader.read(message);
        if (!read.isRefused()) {
            CloudEvent event = read.get();
            publish(session(), Optional.of(ServerMessage.quote(event.text("id"))), event.topic(), message);
        } else if (!spoken) {
            words(message);
        } else {
            client.answer(MessageId.find(message), read.refusal());
        }
        spoken = true;
    }

    private void words(byte[] message) {
        ClientMessageReader.Reading reading = ClientMessageReader.read(message);
        Optional<Refusal> refusal = reading.message().refusal();
        boolean first = !spoken;
        spoken = true;
        Session open = session();
        if (refusal.isPresent()) {
            if (open == null && dialect == Subprotocol.CLOUDEVENTS) {
                refuseUnknown();
            } else {
                client.answer(reading.id(), refusal);
            }
            return;
        }
        ClientMessage said = reading.message().get();
        if (said instanceof ClientMessage.Auth auth) {
            auth(auth, open, first);
        } else if (open == null) {
            refuseUnknown();
        } else if (dialect == Subprotocol.CLOUDEVENTS) {
            client.answer(said.id(), bad("a message is a CloudEvent in JSON"));
        } else if (said instanceof ClientMessage.Subscribe subscribe) {
            subscribe(subscribe, open);
        } else if (said instanceof ClientMessage.Unsubscribe unsubscribe) {
            client.answer(unsubscribe.id(), new TopicPrefixes(unsubscribe.topics()).remove(open));
        } else if (said instanceof ClientMessage.Publish publish) {
            publish(open, publish.id(), publish.topic(), publish.payload());
        }
    }

    /** A binary message: an event. */
    void binary(byte[] message) {
        spoken = true;
        Session open = session();
        int end = 0;
        while (end < message.length && message[end] != 0) {
            end++;
        }
        byte[] topic = Arrays.copyOf(message, end);
        if (open == null) {
            refuseUnknown();
        } else if (end == message.length) {
            client.answer(Optional.empty(), bad("a binary frame is a topic, one NUL, and the payload"));
        } else if (!Utf8.isValid(topic)) {
            client.answer(Optional.empty(), Published.BAD_TOPIC.refusal());
        } else {
            byte[] payload = Arrays.copyOfRange(message, end + 1, message.length);
            publish(open, Optional.empty(), new String(topic, StandardCharsets.UTF_8), payload);
        }
    }

    private void refuseUnknown() {
        client.refuse(CloseStatus.POLICY_VIOLATION, "the first message must be auth");
    }

    private static Optional<Refusal> bad(String detail) {
        return Optional.of(new Refusal(Reason.BAD_REQUEST, detail));
    }

    /** Who came in as anonymous may say as its first words who it is. */
    private void auth(ClientMessage.Auth auth, Session open, boolean first) {
        if (open != null && !(first && open.login().user().name().equals(User.ANONYMOUS))) {
            client.answer(
                    auth.id(), Optional.of(new Refusal(Reason.CONFLICT, "the connection is authenticated already")));
            return;
        }
        Result<Login> login = gateway.authenticator().authenticate(auth.token(), origin);
        if (login.isRefused()) {
            Refusal refusal = login.refusal().orElseThrow();
            Duration penalty = gateway.authenticator().penalty(auth.token(), origin);
            gateway.later(
                    penalty.toMillis(),
                    () -> client.tell(
                            dialect.answer(auth.id(), login.refusal()).orElseThrow(),
                            Callback.from(() -> client.refuse(CloseStatus.POLICY_VIOLATION, refusal.detail()))));
            return;
        }
        client.loggedIn();
        if (open != null) {
            open.close();
        }
        dialect.answer(auth.id(), Optional.empty()).ifPresent(done -> client.tell(done, Callback.NOOP));
        welcome(login.get());
    }

    /** Begins a conversation in which only events are said. */
    private void subscribeAsWished(Session open) {
        subscribe(new ClientMessage.Subscribe(Optional.empty(), wishes.topics(), wishes.since()), open);
    }

    private void subscribe(ClientMessage.Subscribe message, Session open) {
        TopicPrefixes subscriptions = new TopicPrefixes(message.topics());
        if (message.since().isEmpty()) {
            feed.between(() -> answer(message, open, subscriptions, subscriptions.add(open)));
        } else if (message.topics().size() > MAX_REPLAYED_TOPICS) {
            client.answer(
                    message.id(),
                    bad("a subscription with since has at most " + MAX_REPLAYED_TOPICS
                            + " topics; ask for shorter ones, or for several replays"));
        } else if (feed.replays() >= MAX_REPLAYS) {
            client.answer(
                    message.id(), Optional.of(new Refusal(Reason.TOO_MANY, "too many replays at once; wait for one")));
        } else {
            JournalReplay replay = new JournalReplay(
                    gateway.journal(), open, subscriptions, message.since().get());
            AtomicBoolean answered = new AtomicBoolean();
            feed.replay(replay, refusal -> {
                if (answered.compareAndSet(false, true)) {
                    answer(message, open, subscriptions, refusal);
                } else {
                    refusal.ifPresent(late -> dialect.answer(message.id(), Optional.of(late))
                            .ifPresent(words -> client.tell(words, Callback.NOOP)));
                }
            });
        }
    }

    private void answer(
            ClientMessage.Subscribe message, Session open, TopicPrefixes subscriptions, Optional<Refusal> refusal) {
        if (refusal.isPresent()) {
            client.answer(message.id(), refusal);
        } else {
            client.answerSubscribed(message.id(), subscriptions.granted(open));
        }
    }

    private void publish(Session open, Optional<String> id, String topic, byte[] payload) {
        Published published;
        if (payload.length > gateway.configuration().maxMessageBytes()) {
            published = Published.TOO_LARGE;
        } else if (topic.length() > MAX_TOPIC_BYTES) {
            published = Published.TOPIC_TOO_LONG;
        } else {
            published = open.publish(() -> gateway.soon(() -> validated(open, id)), topic, payload);
        }
        if (published != Published.PENDING) {
            answer(open, id, published);
        }
    }

    /** Goes on when validators have decided; until then nothing more is read from the client. */
    private void validated(Session open, Optional<String> id) {
        Published published = open.validated();
        open.flush();
        answer(open, id, published);
    }

    private void answer(Session open, Optional<String> id, Published published) {
        if (published == Published.TOO_LARGE) {
            client.refuse(CloseStatus.MESSAGE_TOO_LARGE, "the message is larger than the hub takes");
        } else {
            client.answer(id, open.refusal(published));
        }
    }

    /** The broker has ended the session. */
    void ended(CloseReason reason) {
        switch (reason) {
            case ACCESS_LOST -> client.close(CloseStatus.POLICY_VIOLATION, "access lost");
            case DISCONNECTED -> client.close(CloseStatus.POLICY_VIOLATION, "disconnected by an administrator");
            case TOO_SLOW -> client.close(CloseStatus.TRY_AGAIN_LATER, "too slow");
            case HUB_STOPS -> client.close(CloseStatus.SHUTDOWN, "the hub stops");
        }
    }

    /** The connection is at its end. */
    void end() {
        noDeadline.run();
        synchronized (this) {
            over = true;
            if (session != null) {
                session.close();
            }
        }
    }
}
