package io.datahub.api.feed;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.event.EventReader;
import io.datahub.api.event.EventRun;
import io.datahub.api.event.EventWriter;
import io.datahub.api.event.Published;
import io.datahub.api.event.Session;
import io.datahub.api.event.SessionId;
import io.datahub.api.event.SessionInfo;
import io.datahub.api.event.SharedBuffer;
import io.datahub.api.history.EventHistory;
import io.datahub.api.record.Cursor;
import io.datahub.api.user.Login;
import io.datahub.api.user.Origin;
import io.datahub.api.user.User;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.function.Consumer;

/** A history and one session in memory, whose queue is bounded like the broker's. */
final class FakeHub implements EventHistory, Session {

    static final int QUEUE_SIZE = 4;
    static final int MAX_SUBSCRIPTIONS = 8;

    final List<String> prefixes = new ArrayList<>();
    final List<SharedBuffer> buffers = new ArrayList<>();

    /** Run after a page was read and before it is returned, to simulate concurrent changes. */
    Runnable onRead = () -> {};

    /** Whether the history can't be read at present. */
    boolean unavailable;

    String epoch = "e1";
    int reads;
    private final List<EventRun> events = new ArrayList<>();
    private final Queue<EventRun> queue = new ArrayDeque<>();
    private long trimmed;
    private long lost;
    private boolean closed;

    /** Adds an event to the history, and then delivers it. */
    void create(String path) {
        announce(append(path));
    }

    /** Adds an event to the history. */
    EventRun append(String path) {
        EventRun event = event("", "file.created/" + path, "{}").at(new Cursor(epoch, events.size() + 1L));
        events.add(event);
        return event;
    }

    void announce(EventRun event) {
        offer(event, topic(event));
    }

    private static EventRun event(String user, String topic, String payload) {
        ByteBuffer bytes =
                EventWriter.write(topic.getBytes(StandardCharsets.UTF_8), payload.getBytes(StandardCharsets.UTF_8));
        return new EventRun(new SharedBuffer(bytes), 0, bytes.limit(), 1, user, 0);
    }

    private static String topic(EventRun event) {
        EventReader reader = new EventReader(event);
        reader.next();
        return reader.topic();
    }

    /** Publishes an event of a user. */
    void publish(String user, String topic, String payload) {
        offer(event(user, topic, payload), topic);
    }

    private void offer(EventRun event, String topic) {
        if (closed || prefixes.stream().noneMatch(topic::startsWith)) {
            return;
        }
        if (queue.size() >= QUEUE_SIZE) {
            lost++;
            return;
        }
        EventRun own = event(event.user(), topic, "{}");
        buffers.add(own.buffer());
        queue.add(event.cursor().map(own::at).orElse(own));
    }

    /** Removes the entries up to this one. */
    void trim(long sequence) {
        trimmed = sequence;
    }

    @Override
    public Cursor head() {
        return new Cursor(epoch, events.size());
    }

    @Override
    public Cursor oldest(Cursor since, Collection<String> topics) {
        return new Cursor(epoch, Math.max(trimmed, since.epoch().equals(epoch) ? since.sequence() : 0));
    }

    @Override
    public Result<Page> read(User user, Cursor since, Collection<String> topics, int maxEvents, int maxBytes) {
        reads++;
        if (unavailable) {
            return Result.refused(Refusal.unavailable("the history is away", Duration.ofSeconds(1)));
        }
        long from = since.epoch().isEmpty() ? trimmed : since.sequence();
        if (from < trimmed
                || from > events.size()
                || !(since.epoch().isEmpty() || since.epoch().equals(epoch))) {
            return Result.refused(Reason.GONE, "the oldest cursor is " + oldest(since, topics));
        }
        long to = Math.min(from + maxEvents, events.size());
        List<EventRun> page = events.subList((int) from, (int) to).stream()
                .filter(event -> topics.stream().anyMatch(topic(event)::startsWith))
                .toList();
        onRead.run();
        return Result.done(new Page(page, new Cursor(epoch, to)));
    }

    @Override
    public Page newest(User user, Collection<String> topics, int maxEvents, int maxBytes) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Runnable whenAfter(Cursor since, Runnable action) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Login login() {
        Origin origin = new Origin("test", InetAddress.getLoopbackAddress(), false);
        return new Login(User.HUB, "", Optional.empty(), Optional.empty(), origin);
    }

    @Override
    public boolean subscribe(byte[] prefix) {
        return prefixes.size() < MAX_SUBSCRIPTIONS && prefixes.add(new String(prefix, StandardCharsets.UTF_8));
    }

    @Override
    public boolean unsubscribe(byte[] prefix) {
        return prefixes.remove(new String(prefix, StandardCharsets.UTF_8));
    }

    @Override
    public Published publish(
            SharedBuffer buffer, int start, int end, int topicStart, int topicEnd, Runnable completed) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Published completed() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Optional<Refusal> refusal(Published published) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long lost() {
        return lost;
    }

    @Override
    public boolean flush() {
        throw new UnsupportedOperationException();
    }

    @Override
    public int take(int maxBytes, Consumer<? super EventRun> receiver) {
        int taken = 0;
        while (taken < maxBytes && !queue.isEmpty()) {
            EventRun run = queue.poll();
            taken += run.length();
            receiver.accept(run);
        }
        return taken;
    }

    @Override
    public SessionInfo info() {
        return new SessionInfo(new SessionId(1), login(), Instant.EPOCH, prefixes.size(), 0, 0, lost, 0, 0);
    }

    @Override
    public void close() {
        closed = true;
        queue.clear();
    }
}
