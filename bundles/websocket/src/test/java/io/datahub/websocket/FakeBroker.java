package io.datahub.websocket;

import io.datahub.api.Refusal;
import io.datahub.api.event.CloseReason;
import io.datahub.api.event.EventBroker;
import io.datahub.api.event.EventInjector;
import io.datahub.api.event.EventReader;
import io.datahub.api.event.EventRun;
import io.datahub.api.event.EventSink;
import io.datahub.api.event.EventWriter;
import io.datahub.api.event.Published;
import io.datahub.api.event.Session;
import io.datahub.api.event.SessionId;
import io.datahub.api.event.SessionInfo;
import io.datahub.api.event.SharedBuffer;
import io.datahub.api.record.Cursor;
import io.datahub.api.user.Login;
import io.datahub.api.user.User;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** An in-memory broker with unbounded queues and a single lock. */
final class FakeBroker implements EventBroker {

    private volatile Consumer<Runnable> validation;

    static final int MAX_SUBSCRIPTIONS = 5;

    /** Whether sessions lose events, as if their queues were full. */
    volatile boolean lose;

    final List<FakeSession> sessions = new CopyOnWriteArrayList<>();

    @Override
    public Session open(Login login, EventSink sink) {
        FakeSession session = new FakeSession(login, sink);
        sessions.add(session);
        return session;
    }

    @Override
    public void announce(String topic, byte[] payload) {
        publish("", 0, utf8(topic), payload);
    }

    /** Publishes one event with these frames to all subscribers. */
    EventRun publish(String user, long timeMillis, byte[]... frames) {
        EventRun run = event(user, timeMillis, frames);
        sessions.forEach(session -> session.offer(run, new String(frames[0], StandardCharsets.UTF_8)));
        return run;
    }

    private static EventRun event(String user, long timeMillis, byte[]... frames) {
        ByteBuffer bytes = EventWriter.write(frames);
        return new EventRun(new SharedBuffer(bytes), 0, bytes.limit(), 1, user, timeMillis);
    }

    @Override
    public void announce(Cursor cursor, String topic, byte[] payload) {
        EventRun run = event("", 0, utf8(topic), payload).at(cursor);
        sessions.forEach(session -> session.offer(run, topic));
    }

    @Override
    public EventInjector openInjector() {
        throw new UnsupportedOperationException();
    }

    void end(CloseReason reason) {
        sessions.forEach(session -> {
            session.close();
            session.sink.ended(reason);
        });
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public List<SessionInfo> sessions() {
        return sessions.stream().map(FakeSession::info).toList();
    }

    @Override
    public boolean disconnect(SessionId id) {
        return false;
    }

    @Override
    public Counters counters() {
        return new Counters(0, 0, 0, 0, 0);
    }

    /**
     * Enables validation of events; the consumer receives, for each event, the callback that completes its validation.
     */
    void validate(Consumer<Runnable> onValidation) {
        validation = onValidation;
    }

    final class FakeSession implements Session {
        private volatile Supplier<Published> pending;

        final Login login;
        final EventSink sink;
        final List<String> prefixes = new ArrayList<>();
        final Queue<EventRun> queue = new ArrayDeque<>();
        private boolean idle = true;
        private long lost;
        private boolean closed;

        FakeSession(Login login, EventSink sink) {
            this.login = login;
            this.sink = sink;
        }

        void offer(EventRun run, String topic) {
            synchronized (this) {
                if (closed || prefixes.stream().noneMatch(topic::startsWith)) {
                    return;
                }
                if (lose) {
                    lost++;
                    return;
                }
                run.buffer().retain();
                queue.add(run);
                if (!idle) {
                    return;
                }
                idle = false;
            }
            sink.ready();
        }

        @Override
        public Login login() {
            return login;
        }

        @Override
        public synchronized boolean subscribe(byte[] prefix) {
            return prefixes.size() < MAX_SUBSCRIPTIONS && prefixes.add(new String(prefix, StandardCharsets.UTF_8));
        }

        @Override
        public synchronized boolean unsubscribe(byte[] prefix) {
            return prefixes.remove(new String(prefix, StandardCharsets.UTF_8));
        }

        private Published publishNow(SharedBuffer buffer, int start, int end, int topicStart, int topicEnd) {
            byte[] topic = new byte[topicEnd - topicStart];
            buffer.bytes().get(topicStart, topic);
            if (User.isReserved(topic)) {
                return Published.RESERVED;
            }
            if (!login.user().mayPublish(topic)) {
                return Published.NOT_GRANTED;
            }
            EventReader reader = new EventReader(new EventRun(buffer, start, end, 1, "", 0));
            reader.next();
            byte[] payload = new byte[reader.payload().remaining()];
            reader.payload().get(payload);
            FakeBroker.this.publish(login.user().name(), 0, topic, payload);
            return Published.ACCEPTED;
        }

        @Override
        public Published publish(
                SharedBuffer buffer, int start, int end, int topicStart, int topicEnd, Runnable completed) {
            if (validation == null) {
                return publishNow(buffer, start, end, topicStart, topicEnd);
            }
            pending = () -> publishNow(buffer, start, end, topicStart, topicEnd);
            validation.accept(completed);
            return Published.PENDING;
        }

        @Override
        public Published completed() {
            return pending.get();
        }

        @Override
        public Optional<Refusal> refusal(Published published) {
            return published.refusal();
        }

        @Override
        public long lost() {
            return lost;
        }

        @Override
        public boolean flush() {
            return true;
        }

        @Override
        public synchronized int take(int maxBytes, Consumer<? super EventRun> receiver) {
            int taken = 0;
            while (!queue.isEmpty() && taken < maxBytes) {
                taken += queue.peek().length();
                receiver.accept(queue.poll());
            }
            idle |= taken == 0;
            return taken;
        }

        @Override
        public synchronized SessionInfo info() {
            return new SessionInfo(new SessionId(1), login, Instant.EPOCH, prefixes.size(), 0, 0, lost, 0, 0);
        }

        synchronized boolean isClosed() {
            return closed;
        }

        @Override
        public synchronized void close() {
            closed = true;
            queue.clear();
            sessions.remove(this);
        }
    }
}
