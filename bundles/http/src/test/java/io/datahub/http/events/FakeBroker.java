package io.datahub.http.events;

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
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** A broker without limits; topics that begin with "secret" are not granted. */
final class FakeBroker implements EventBroker {

    private volatile Consumer<Runnable> validation;

    static final long TIME = Instant.parse("2026-11-23T10:00:00Z").toEpochMilli();

    final List<FakeSession> open = new CopyOnWriteArrayList<>();
    final List<String> published = new CopyOnWriteArrayList<>();

    @Override
    public Session open(Login login, EventSink sink) {
        FakeSession session = new FakeSession(login, sink);
        open.add(session);
        return session;
    }

    /** Delivers an event to every subscribed session. */
    void send(String user, byte[]... frames) {
        send(event(user, frames), new String(frames[0], StandardCharsets.UTF_8));
    }

    private static EventRun event(String user, byte[]... frames) {
        ByteBuffer bytes = EventWriter.write(frames);
        return new EventRun(new SharedBuffer(bytes), 0, bytes.limit(), 1, user, TIME);
    }

    private void send(EventRun run, String topic) {
        for (FakeSession session : open) {
            if (session.prefixes.stream().anyMatch(topic::startsWith)) {
                run.buffer().retain();
                session.queue(run);
            }
        }
    }

    void send(String user, String topic, String payload) {
        send(user, topic.getBytes(StandardCharsets.UTF_8), payload.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void announce(String topic, byte[] payload) {
        send("", topic.getBytes(StandardCharsets.UTF_8), payload);
    }

    @Override
    public void announce(Cursor cursor, String topic, byte[] payload) {
        send(event("", topic.getBytes(StandardCharsets.UTF_8), payload).at(cursor), topic);
    }

    @Override
    public EventInjector openInjector() {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<SessionInfo> sessions() {
        return open.stream().map(FakeSession::info).toList();
    }

    @Override
    public boolean disconnect(SessionId id) {
        return false;
    }

    @Override
    public Counters counters() {
        return new Counters(0, 0, 0, 0, 0);
    }

    /** Makes every subsequent publish asynchronous; the consumer gets the completion callback of each. */
    void validate(Consumer<Runnable> onPublish) {
        validation = onPublish;
    }

    final class FakeSession implements Session {
        private volatile Supplier<Published> pending;
        final List<String> prefixes = new CopyOnWriteArrayList<>();
        private final Login login;
        private final EventSink sink;
        private final Deque<EventRun> queue = new ArrayDeque<>();
        private boolean readySent;
        volatile int lost;

        FakeSession(Login login, EventSink sink) {
            this.login = login;
            this.sink = sink;
        }

        private void queue(EventRun run) {
            boolean notify;
            synchronized (this) {
                queue.add(run);
                notify = !readySent;
                readySent = true;
            }
            if (notify) {
                sink.ready();
            }
        }

        void end(CloseReason reason) {
            open.remove(this);
            sink.ended(reason);
        }

        @Override
        public Login login() {
            return login;
        }

        @Override
        public boolean subscribe(byte[] prefix) {
            prefixes.add(new String(prefix, StandardCharsets.UTF_8));
            return prefixes.size() <= 3;
        }

        @Override
        public boolean unsubscribe(byte[] prefix) {
            return prefixes.remove(new String(prefix, StandardCharsets.UTF_8));
        }

        private Published publishNow(SharedBuffer buffer, int start, int end) {
            EventReader event = new EventReader(new EventRun(buffer, start, end, 1, "", TIME));
            event.next();
            if (event.topic().startsWith("secret")) {
                return Published.NOT_GRANTED;
            }
            published.add(event.topic() + "=" + StandardCharsets.UTF_8.decode(event.payload()));
            return Published.ACCEPTED;
        }

        @Override
        public Published publish(
                SharedBuffer buffer, int start, int end, int topicStart, int topicEnd, Runnable completed) {
            if (validation == null) {
                return publishNow(buffer, start, end);
            }
            pending = () -> publishNow(buffer, start, end);
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
            EventRun run = queue.poll();
            if (run == null) {
                readySent = false;
                return 0;
            }
            receiver.accept(run);
            return run.length();
        }

        @Override
        public SessionInfo info() {
            return new SessionInfo(new SessionId(1), login, Instant.EPOCH, prefixes.size(), 0, 0, lost, 0, 0);
        }

        @Override
        public void close() {
            open.remove(this);
        }
    }
}
