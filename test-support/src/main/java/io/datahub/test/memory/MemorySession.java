package io.datahub.test.memory;

import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.event.CloseReason;
import io.datahub.api.event.EventRun;
import io.datahub.api.event.EventSink;
import io.datahub.api.event.Published;
import io.datahub.api.event.Session;
import io.datahub.api.event.SessionId;
import io.datahub.api.event.SessionInfo;
import io.datahub.api.event.SharedBuffer;
import io.datahub.api.json.Utf8;
import io.datahub.api.path.RecordPath;
import io.datahub.api.user.Login;
import io.datahub.api.user.User;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** A session of the broker in memory, which guards it. */
final class MemorySession implements Session {

    private static final int FRAME_HEADER = 9;
    private static final int TOPIC_BYTES = 4200;
    private static final String FILE = "file.";
    private static final String HUB = "hub.";
    private static final String LOST = "hub.lost";

    private final long id;
    private final EventSink sink;
    private final MemoryBroker broker;
    private final Instant since = Instant.now();
    private final Runnable accessLost = this::loseAccess;

    private volatile Optional<Supplier<Published>> pending = Optional.empty();

    // guarded by the broker
    private final Map<ByteBuffer, Integer> subscriptions = new HashMap<>();
    private final MemoryQueue queue = new MemoryQueue();
    private final MemoryBroker.EventCounts counts = new MemoryBroker.EventCounts();
    private final Set<MemorySession> receivers = new HashSet<>(); // since the last flush
    private final Set<MemorySession> awaited = new HashSet<>(); // whose queues are full
    private final Set<MemorySession> waiting = new HashSet<>(); // for this queue
    private Login login;
    private boolean notified;
    private boolean closed;

    MemorySession(long id, Login login, EventSink sink, MemoryBroker broker) {
        this.id = id;
        this.login = login;
        this.sink = sink;
        this.broker = broker;
    }

    EventSink sink() {
        return sink;
    }

    @Override
    public Login login() {
        synchronized (broker) {
            return login;
        }
    }

    void renew(Login renewed) {
        synchronized (broker) {
            if (closed || login.equals(renewed)) {
                return;
            }
            login = renewed;
        }
        sink.renewed(renewed);
    }

    /** Ends when the browser session of its login ends, or at once if it has ended. */
    void endWithBrowserSession() {
        login().session().ifPresent(browser -> browser.onEnd(accessLost));
        if (isClosed()) {
            login().session().ifPresent(browser -> browser.remove(accessLost));
        }
    }

    private boolean isClosed() {
        synchronized (broker) {
            return closed;
        }
    }

    @Override
    public boolean subscribe(byte[] prefix) {
        boolean free;
        synchronized (broker) {
            free = size() < broker.limits().subscriptions();
            if (free && !closed) {
                subscriptions.merge(ByteBuffer.wrap(prefix.clone()), 1, Integer::sum);
            }
        }
        broker.subscriptionsChanged();
        return free;
    }

    /** The prefixes; only for those who hold the lock. */
    Set<ByteBuffer> subscriptions() {
        return subscriptions.keySet();
    }

    @Override
    public boolean unsubscribe(byte[] prefix) {
        ByteBuffer key = ByteBuffer.wrap(prefix);
        boolean known;
        synchronized (broker) {
            known = subscriptions.containsKey(key);
            subscriptions.computeIfPresent(key, (same, count) -> count > 1 ? count - 1 : null);
        }
        broker.subscriptionsChanged();
        return known;
    }

    private int size() {
        return subscriptions.values().stream().mapToInt(Integer::intValue).sum();
    }

    private boolean isSubscribed(byte[] frame, int minPrefix) {
        ByteBuffer whole = ByteBuffer.wrap(frame);
        return subscriptions.keySet().stream()
                .anyMatch(prefix -> prefix.remaining() >= minPrefix && MemoryBroker.isBeginning(prefix, whole));
    }

    /** Whether it has subscribed to an event, by the whole first frame, and may receive its topic. */
    boolean receives(byte[] topic, byte[] frame) {
        String name = new String(topic, StandardCharsets.UTF_8);
        return isSubscribed(frame, name.startsWith(HUB) ? HUB.length() : 0) && mayReceive(login.user(), topic, name);
    }

    private static boolean mayReceive(User user, byte[] topic, String name) {
        if (name.startsWith(FILE)) {
            Result<RecordPath> path = RecordPath.parse(name.substring(name.indexOf('/') + 1));
            return name.indexOf('/') > 0 && !path.isRefused() && user.mayRead(path.get());
        }
        return name.startsWith(HUB) ? user.isMonitor() : user.maySubscribe(topic);
    }

    /** Queues an event, or counts it as lost; whether the transport must be notified. */
    boolean offer(EventRun event) {
        if (queue.events() < broker.limits().queueEvents() && !broker.isLosing()) {
            queue.add(event);
        } else {
            lose(1);
        }
        return mustNotify();
    }

    /** Counts events that were lost elsewhere; whether the transport must be notified. */
    boolean missed(long events) {
        if (!subscriptions.isEmpty()) {
            lose(events);
        }
        return mustNotify();
    }

    private void lose(long events) {
        counts.lost += events;
        broker.counts().lost += events;
        if (isSubscribed(LOST.getBytes(StandardCharsets.UTF_8), HUB.length())) {
            queue.addLoss(events);
        }
    }

    private boolean mustNotify() {
        boolean must = !notified && !queue.isEmpty();
        notified |= must;
        return must;
    }

    @Override
    public Published publish(
            SharedBuffer buffer, int start, int end, int topicStart, int topicEnd, Runnable completed) {
        Optional<Consumer<Runnable>> validation = broker.validation();
        if (validation.isEmpty()) {
            return publish(buffer, start, end, topicStart, topicEnd);
        }
        ByteBuffer copy = ByteBuffer.allocate(end - start).put(0, buffer.bytes(), start, end - start);
        pending = Optional.of(
                () -> publish(new SharedBuffer(copy), 0, copy.capacity(), topicStart - start, topicEnd - start));
        validation.get().accept(completed);
        return Published.PENDING;
    }

    private Published publish(SharedBuffer buffer, int start, int end, int topicStart, int topicEnd) {
        byte[] topic = new byte[topicEnd - topicStart];
        buffer.bytes().get(topicStart, topic);
        User user;
        synchronized (broker) {
            user = login.user();
            Published outcome = outcome(topic, end - topicEnd);
            if (outcome != Published.ACCEPTED) {
                counts.refused++;
                broker.counts().refused++;
                return outcome;
            }
            counts.in++;
        }
        EventRun event = new EventRun(buffer, start, end, 1, user.name(), System.currentTimeMillis());
        List<MemorySession> reached = broker.deliver(event);
        synchronized (broker) {
            receivers.addAll(reached);
        }
        broker.show(event);
        return Published.ACCEPTED;
    }

    private Published outcome(byte[] topic, int length) {
        if (closed) {
            return Published.CLOSED;
        }
        if (broker.isPaused()) {
            return Published.UNAVAILABLE;
        }
        if (topic.length > TOPIC_BYTES) {
            return Published.TOPIC_TOO_LONG;
        }
        if (topic.length == 0 || !Utf8.isValid(topic) || new String(topic, StandardCharsets.UTF_8).indexOf(0) >= 0) {
            return Published.BAD_TOPIC;
        }
        if (User.isReserved(topic)) {
            return Published.RESERVED;
        }
        if (!login.user().mayPublish(topic)) {
            return Published.NOT_GRANTED;
        }
        return length > broker.limits().messageBytes() + FRAME_HEADER ? Published.TOO_LARGE : Published.ACCEPTED;
    }

    @Override
    public Published completed() {
        Supplier<Published> completion = pending.orElseThrow(() -> new IllegalStateException("no event is pending"));
        pending = Optional.empty();
        return completion.get();
    }

    @Override
    public Optional<Refusal> refusal(Published published) {
        return published.refusal();
    }

    @Override
    public boolean flush() {
        synchronized (broker) {
            for (MemorySession receiver : receivers) {
                if (receiver.queue.bytes() > broker.limits().highWaterBytes()) {
                    receiver.waiting.add(this);
                    awaited.add(receiver);
                }
            }
            receivers.clear();
            return awaited.isEmpty();
        }
    }

    /** Tells the transport that events may be waiting. */
    void notifyTransport() {
        sink.ready();
    }

    @Override
    public int take(int maxBytes, Consumer<? super EventRun> receiver) {
        List<EventRun> taken = new ArrayList<>();
        List<MemorySession> released = List.of();
        int length = 0;
        synchronized (broker) {
            if (broker.isPaused()) {
                return 0;
            }
            while ((length == 0 || length < maxBytes) && !queue.isEmpty()) {
                EventRun event = queue.take(counts.lost);
                taken.add(event);
                length += event.length();
            }
            notified &= length > 0;
            counts.out += taken.size();
            broker.counts().out += taken.size();
            if (queue.bytes() <= broker.limits().highWaterBytes() / 2) {
                released = release();
            }
        }
        released.forEach(publisher -> publisher.sink.resume());
        taken.forEach(receiver);
        return length;
    }

    /** Stops the waiting for this queue; the publishers that don't wait for another one. */
    private List<MemorySession> release() {
        waiting.forEach(publisher -> publisher.awaited.remove(this));
        List<MemorySession> released = waiting.stream()
                .filter(publisher -> publisher.awaited.isEmpty())
                .toList();
        waiting.clear();
        return released;
    }

    @Override
    public long lost() {
        synchronized (broker) {
            return counts.lost;
        }
    }

    @Override
    public SessionInfo info() {
        synchronized (broker) {
            return new SessionInfo(
                    new SessionId(id),
                    login,
                    since,
                    size(),
                    counts.in,
                    counts.out,
                    counts.lost,
                    counts.refused,
                    queue.bytes());
        }
    }

    @Override
    public void close() {
        end();
    }

    /** Ends the session and tells its transport why; false if it had ended. */
    boolean end(CloseReason reason) {
        boolean ended = end();
        if (ended) {
            sink.ended(reason);
        }
        return ended;
    }

    private void loseAccess() {
        end(CloseReason.ACCESS_LOST);
    }

    private boolean end() {
        List<MemorySession> released;
        synchronized (broker) {
            if (closed) {
                return false;
            }
            closed = true;
            broker.remove(id);
            subscriptions.clear();
            queue.clear();
            released = release();
        }
        broker.subscriptionsChanged();
        login().session().ifPresent(browser -> browser.remove(accessLost));
        released.forEach(publisher -> publisher.sink.resume());
        return true;
    }
}
