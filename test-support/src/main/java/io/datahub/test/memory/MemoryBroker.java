package io.datahub.test.memory;

import io.datahub.api.event.CloseReason;
import io.datahub.api.event.EventBroker;
import io.datahub.api.event.EventInjector;
import io.datahub.api.event.EventReader;
import io.datahub.api.event.EventRun;
import io.datahub.api.event.EventSink;
import io.datahub.api.event.EventWriter;
import io.datahub.api.event.PublishedEventListener;
import io.datahub.api.event.Session;
import io.datahub.api.event.SessionId;
import io.datahub.api.event.SessionInfo;
import io.datahub.api.event.SharedBuffer;
import io.datahub.api.event.SubscriptionListener;
import io.datahub.api.record.Cursor;
import io.datahub.api.user.Authenticator;
import io.datahub.api.user.Login;
import io.datahub.api.user.User;
import io.datahub.api.user.UsersListener;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * A broker in memory, of a single hub, that keeps no events, and validates them only as a test says. It delivers each
 * event as a run of its own and on publishing, and publishers wait for full queues without a timeout. Thread-safe; one
 * lock guards the broker and its sessions, and no foreign code is called under it.
 */
public final class MemoryBroker implements EventBroker, UsersListener {

    private final Limits limits;

    // guarded by this
    private final Map<Long, MemorySession> sessions = new TreeMap<>();
    private final Map<PublishedEventListener, List<String>> listeners = new LinkedHashMap<>();
    private final EventCounts counts = new EventCounts();
    private final List<SubscriptionListener> subscriptionListeners = new ArrayList<>();
    private Optional<Authenticator> users = Optional.empty();
    private boolean subscriptionsRead = true;
    private Optional<Consumer<Runnable>> validation = Optional.empty();
    private boolean losing;

    /** Guarded by this. */
    private boolean paused;

    private long lastId;
    private boolean stopped;

    /**
     * A broker without sessions.
     *
     * @param limits the limits of each session
     */
    public MemoryBroker(Limits limits) {
        this.limits = limits;
    }

    /**
     * The limits of a session.
     *
     * @param queueEvents the maximum number of events in its queue
     * @param highWaterBytes above this size of a queue, publishers wait until it is half as long
     * @param messageBytes the maximum size of a message without its topic
     * @param subscriptions the maximum number of its subscriptions
     */
    public record Limits(int queueEvents, long highWaterBytes, int messageBytes, int subscriptions) {}

    /**
     * Adds a listener.
     *
     * @param listener the listener
     * @param topics the topic prefixes that it sees, as in {@link PublishedEventListener#TOPICS}
     */
    public synchronized void addListener(PublishedEventListener listener, String... topics) {
        listeners.put(
                listener,
                Arrays.stream(topics)
                        .map(prefix -> prefix.endsWith("*") ? prefix.substring(0, prefix.length() - 1) : prefix)
                        .toList());
    }

    /**
     * Adds a listener to changes of subscriptions.
     *
     * @param listener the listener
     */
    public void addSubscriptionListener(SubscriptionListener listener) {
        synchronized (this) {
            subscriptionListeners.add(listener);
        }
        listener.subscriptionsChanged();
    }

    /** Notifies the listeners that subscriptions have changed; not called under the lock. */
    void subscriptionsChanged() {
        List<SubscriptionListener> notified;
        synchronized (this) {
            notified = subscriptionsRead ? List.copyOf(subscriptionListeners) : List.of();
            subscriptionsRead = false;
        }
        notified.forEach(SubscriptionListener::subscriptionsChanged);
    }

    @Override
    public void confirmSubscriptions(Runnable confirmed) {
        List<SubscriptionListener> asked;
        synchronized (this) {
            asked = List.copyOf(subscriptionListeners);
        }
        Runnable next = confirmed;
        for (SubscriptionListener listener : asked) {
            Runnable after = next;
            next = () -> listener.confirm(after);
        }
        next.run();
    }

    @Override
    public synchronized List<byte[]> subscribedPrefixes(int max) {
        subscriptionsRead = true;
        Set<ByteBuffer> all = new HashSet<>();
        sessions.values().forEach(session -> all.addAll(session.subscriptions()));
        List<byte[]> cover = all.stream()
                .filter(prefix -> all.stream().noneMatch(other -> !other.equals(prefix) && isBeginning(other, prefix)))
                .map(ByteBuffer::array)
                .toList();
        return cover.size() <= max ? cover : List.of(new byte[0]);
    }

    /** Whether a text begins with another one. */
    static boolean isBeginning(ByteBuffer beginning, ByteBuffer text) {
        return beginning.remaining() <= text.remaining()
                && text.slice(text.position(), beginning.remaining()).equals(beginning);
    }

    /** Ends all sessions, and those opened later at once. */
    public void stop() {
        synchronized (this) {
            stopped = true;
        }
        endAll(CloseReason.HUB_STOPS);
    }

    /** Ends all sessions. */
    public void endAll(CloseReason reason) {
        List<MemorySession> open;
        synchronized (this) {
            open = List.copyOf(sessions.values());
        }
        open.forEach(session -> session.end(reason));
    }

    /**
     * Makes subsequent events pending, as if they were validated.
     *
     * @param onPublish receives for each event the callback that completes it; null so that no event is pending any more
     */
    public synchronized void validate(Consumer<Runnable> onPublish) {
        validation = Optional.ofNullable(onPublish);
    }

    synchronized Optional<Consumer<Runnable>> validation() {
        return validation;
    }

    /** Sets whether sessions lose all events, as if their queues were full. */
    public synchronized void setLosing(boolean lose) {
        losing = lose;
    }

    /** Only for those who hold the lock. */
    boolean isLosing() {
        return losing;
    }

    /**
     * Delivers an event as if it came from another hub.
     *
     * @param user its publisher; empty for the hub
     * @param frames the topic, the payload, and any further frames
     * @return the event
     */
    public EventRun send(String user, long timeMillis, byte[]... frames) {
        ByteBuffer bytes = EventWriter.write(frames);
        EventRun event = new EventRun(new SharedBuffer(bytes), 0, bytes.limit(), 1, user, timeMillis);
        deliver(event);
        return event;
    }

    Limits limits() {
        return limits;
    }

    /** Only for those who hold the lock. */
    EventCounts counts() {
        return counts;
    }

    synchronized void remove(long id) {
        sessions.remove(id);
    }

    @Override
    public void pause(boolean isPaused) {
        List<MemorySession> open;
        synchronized (this) {
            paused = isPaused;
            open = isPaused ? List.of() : List.copyOf(sessions.values());
        }
        open.forEach(MemorySession::notifyTransport);
    }

    /** Only for those who hold the lock. */
    boolean isPaused() {
        return paused;
    }

    @Override
    public Session open(Login login, EventSink sink) {
        MemorySession session;
        Optional<Authenticator> latest;
        boolean ends;
        synchronized (this) {
            session = new MemorySession(++lastId, login, sink, this);
            sessions.put(lastId, session);
            latest = users;
            ends = stopped;
        }
        session.endWithBrowserSession();
        latest.ifPresent(authenticator -> renew(session, authenticator));
        if (ends) {
            session.end(CloseReason.HUB_STOPS);
        }
        return session;
    }

    @Override
    public void usersChanged(Authenticator authenticator) {
        List<MemorySession> open;
        synchronized (this) {
            users = Optional.of(authenticator);
            open = List.copyOf(sessions.values());
        }
        open.forEach(session -> renew(session, authenticator));
    }

    private static void renew(MemorySession session, Authenticator authenticator) {
        Login before = session.login();
        if (before.user() != User.HUB) {
            authenticator.renew(before).ifPresentOrElse(session::renew, () -> session.end(CloseReason.ACCESS_LOST));
        }
    }

    @Override
    public void announce(String topic, byte[] payload) {
        announce(event(topic, payload));
    }

    @Override
    public void announce(Cursor cursor, String topic, byte[] payload) {
        announce(event(topic, payload).at(cursor));
    }

    private void announce(EventRun event) {
        deliver(event);
        show(event);
    }

    /** An event of the hub itself. */
    public static EventRun event(String topic, byte[] payload) {
        ByteBuffer bytes = EventWriter.write(topic.getBytes(StandardCharsets.UTF_8), payload);
        return new EventRun(new SharedBuffer(bytes), 0, bytes.limit(), 1, "", System.currentTimeMillis());
    }

    /**
     * Gives each event of a run to its subscribers.
     *
     * @return the subscribers that received it
     */
    List<MemorySession> deliver(EventRun run) {
        List<MemorySession> receivers = new ArrayList<>();
        List<MemorySession> idle = new ArrayList<>();
        synchronized (this) {
            for (EventReader reader = new EventReader(run); reader.next(); ) {
                EventRun event = copy(run, reader);
                byte[] topic = bytes(run, reader.topicStart(), reader.topicEnd());
                byte[] frame = bytes(run, reader.topicStart(), reader.firstFrameEnd());
                counts.in++;
                for (MemorySession session : sessions.values()) {
                    if (session.receives(topic, frame)) {
                        receivers.add(session);
                        if (session.offer(event)) {
                            idle.add(session);
                        }
                    }
                }
            }
        }
        idle.forEach(session -> session.sink().ready());
        return receivers;
    }

    private static EventRun copy(EventRun run, EventReader event) {
        byte[] bytes = bytes(run, event.start(), event.end());
        EventRun copy = new EventRun(
                new SharedBuffer(ByteBuffer.wrap(bytes)), 0, bytes.length, 1, run.user(), run.timeMillis());
        return run.cursor().map(copy::at).orElse(copy);
    }

    private static byte[] bytes(EventRun run, int start, int end) {
        byte[] bytes = new byte[end - start];
        run.buffer().bytes().get(start, bytes);
        return bytes;
    }

    /** Shows an event to the listeners of its topic. */
    void show(EventRun event) {
        String topic = MemoryHistory.topic(event);
        List<PublishedEventListener> interested = new ArrayList<>();
        synchronized (this) {
            listeners.forEach((listener, prefixes) -> {
                if (prefixes.stream().anyMatch(prefix -> shows(prefix, topic))) {
                    interested.add(listener);
                }
            });
        }
        interested.forEach(listener -> listener.published(event));
    }

    private static boolean shows(String prefix, String topic) {
        return topic.startsWith(prefix) && isReserved(topic) == isReserved(prefix);
    }

    private static boolean isReserved(String topic) {
        return User.isReserved(topic.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public EventInjector openInjector() {
        return new EventInjector() {
            @Override
            public void inject(EventRun run) {
                deliver(run);
            }

            @Override
            public void reportLost(long events) {
                List<MemorySession> idle;
                synchronized (MemoryBroker.this) {
                    idle = sessions.values().stream()
                            .filter(session -> session.missed(events))
                            .toList();
                }
                idle.forEach(session -> session.sink().ready());
            }
        };
    }

    @Override
    public synchronized List<SessionInfo> sessions() {
        return sessions.values().stream().map(MemorySession::info).toList();
    }

    @Override
    public boolean disconnect(SessionId id) {
        Optional<MemorySession> session;
        synchronized (this) {
            session = Optional.ofNullable(id.hub().isEmpty() ? sessions.get(id.number()) : null);
        }
        return session.filter(open -> open.end(CloseReason.DISCONNECTED)).isPresent();
    }

    @Override
    public synchronized Counters counters() {
        long queued = sessions.values().stream()
                .mapToLong(session -> session.info().queuedBytes())
                .sum();
        return new Counters(counts.in, counts.out, counts.lost, counts.refused, queued);
    }

    /** Counts of events; guarded by the broker. */
    static final class EventCounts {
        long in;
        long out;
        long lost;
        long refused;
    }
}
