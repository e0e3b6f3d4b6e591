package io.datahub.console;

import io.datahub.api.Refusal;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;

/** A broker with one session. It delivers the events that were enqueued and records what was published. */
final class FakeSession implements Session, EventBroker {

    final List<String> published = new ArrayList<>();
    final List<String> prefixes = new ArrayList<>();
    final Queue<EventRun> queued = new ConcurrentLinkedQueue<>();
    Published answer = Published.ACCEPTED;
    boolean closed;
    private Login login;

    void enqueue(String topic, String payload) {
        ByteBuffer bytes = EventWriter.write(utf8(topic), utf8(payload));
        queued.add(new EventRun(new SharedBuffer(bytes), 0, bytes.limit(), 1, "jenkins", 0));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public Session open(Login who, EventSink sink) {
        login = who;
        return this;
    }

    @Override
    public void announce(String topic, byte[] payload) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void announce(Cursor cursor, String topic, byte[] payload) {
        throw new UnsupportedOperationException();
    }

    @Override
    public EventInjector openInjector() {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<SessionInfo> sessions() {
        return List.of(new SessionInfo(new SessionId(7), DatahubCommand.CONSOLE, Instant.EPOCH, 1, 2, 3, 4, 5, 6));
    }

    @Override
    public boolean disconnect(SessionId id) {
        return id.equals(new SessionId(7));
    }

    @Override
    public Counters counters() {
        return new Counters(1, 2, 3, 4, 5);
    }

    @Override
    public Login login() {
        return login;
    }

    @Override
    public boolean subscribe(byte[] prefix) {
        return prefixes.add(new String(prefix, StandardCharsets.UTF_8));
    }

    @Override
    public boolean unsubscribe(byte[] prefix) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Published publish(
            SharedBuffer buffer, int start, int end, int topicStart, int topicEnd, Runnable completed) {
        EventReader reader = new EventReader(new EventRun(buffer, start, end, 1, "", 0));
        reader.next();
        published.add(reader.topic() + " " + StandardCharsets.UTF_8.decode(reader.payload()));
        return answer;
    }

    @Override
    public Published completed() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Optional<Refusal> refusal(Published outcome) {
        return outcome.refusal();
    }

    @Override
    public long lost() {
        return 0;
    }

    @Override
    public boolean flush() {
        return true;
    }

    @Override
    public int take(int maxBytes, Consumer<? super EventRun> receiver) {
        EventRun run = queued.poll();
        if (run == null) {
            return 0;
        }
        int length = run.length();
        receiver.accept(run);
        return length;
    }

    @Override
    public SessionInfo info() {
        return sessions().get(0);
    }

    @Override
    public void close() {
        closed = true;
    }
}
