package io.datahub.api.feed;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.event.EventRun;
import io.datahub.api.event.EventWriter;
import io.datahub.api.event.Published;
import io.datahub.api.event.Session;
import io.datahub.api.event.SessionInfo;
import io.datahub.api.event.SharedBuffer;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.api.record.ChangeJournal;
import io.datahub.api.record.Cursor;
import io.datahub.api.record.RecordVersion;
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
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.function.Consumer;

/** A journal and one session in memory, whose queue is bounded like the broker's. */
final class FakeHub implements ChangeJournal, Session {

    static final int QUEUE_SIZE = 4;
    static final int MAX_SUBSCRIPTIONS = 8;

    final List<String> prefixes = new ArrayList<>();
    final List<SharedBuffer> buffers = new ArrayList<>();

    /** Run after a page was read and before it is returned, to simulate concurrent changes. */
    Runnable onRead = () -> {};

    String epoch = "e1";
    int reads;
    private final List<Change> changes = new ArrayList<>();
    private final Queue<EventRun> queue = new ArrayDeque<>();
    private long trimmed;
    private long lost;
    private boolean closed;

    /** Adds an entry to the journal, and then announces it. */
    void create(String path) {
        announce(append(path));
    }

    /** Adds an entry to the journal. */
    Change append(String path) {
        Cursor cursor = new Cursor(epoch, changes.size() + 1L);
        String json = "{\"specversion\":\"1.0\",\"id\":\"" + cursor + "\",\"subject\":\"" + path + "\"}";
        Change change = new Change(
                Change.Type.CREATED,
                cursor,
                Instant.EPOCH,
                new RecordVersion(RecordPath.of(path), 1, Instant.EPOCH, Optional.empty(), Optional.empty()),
                Optional.empty(),
                List.of(),
                "/files/" + path,
                json);
        changes.add(change);
        return change;
    }

    void announce(Change change) {
        publish("", change.topic(), change.json());
    }

    /** Publishes an event of a user. */
    void publish(String user, String topic, String payload) {
        if (closed || prefixes.stream().noneMatch(topic::startsWith)) {
            return;
        }
        if (queue.size() >= QUEUE_SIZE) {
            lost++;
            return;
        }
        ByteBuffer bytes =
                EventWriter.write(topic.getBytes(StandardCharsets.UTF_8), payload.getBytes(StandardCharsets.UTF_8));
        SharedBuffer buffer = new SharedBuffer(bytes);
        buffers.add(buffer);
        queue.add(new EventRun(buffer, 0, bytes.limit(), 1, user, 0));
    }

    /** Offers a run of several events of the hub. */
    void offer(EventRun run) {
        queue.add(run);
    }

    /** Removes the entries up to this one. */
    void trim(long sequence) {
        trimmed = sequence;
    }

    @Override
    public Cursor head() {
        return new Cursor(epoch, changes.size());
    }

    @Override
    public Cursor oldest() {
        return new Cursor(epoch, trimmed);
    }

    @Override
    public Result<Page> read(User user, Cursor since, String prefix, int limit) {
        reads++;
        long from = since.epoch().isEmpty() ? trimmed : since.sequence();
        if (from < trimmed
                || from > changes.size()
                || !(since.epoch().isEmpty() || since.epoch().equals(epoch))) {
            return Result.refused(Reason.GONE, "the oldest cursor is " + oldest());
        }
        List<Change> page = List.copyOf(changes.subList((int) from, (int) Math.min(from + limit, changes.size())));
        onRead.run();
        return Result.done(new Page(page, new Cursor(epoch, from + page.size())));
    }

    @Override
    public boolean await(Cursor since, Duration time) {
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
    public Published publish(SharedBuffer buffer, int start, int end, int topicStart, int topicEnd) {
        throw new UnsupportedOperationException();
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
        return new SessionInfo(1, login(), Instant.EPOCH, prefixes.size(), 0, 0, lost, 0, 0);
    }

    @Override
    public void close() {
        closed = true;
        queue.clear();
    }
}
