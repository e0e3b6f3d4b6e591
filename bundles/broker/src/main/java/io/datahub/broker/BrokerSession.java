package io.datahub.broker;

import io.datahub.api.Refusal;
import io.datahub.api.event.EventRun;
import io.datahub.api.event.EventSink;
import io.datahub.api.event.Published;
import io.datahub.api.event.Session;
import io.datahub.api.event.SessionInfo;
import io.datahub.api.event.SharedBuffer;
import io.datahub.api.user.Login;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** A session: its login, subscriptions, queue and publisher. */
final class BrokerSession implements Session {

    private final long id;
    private final Broker broker;
    private final EventSink sink;
    private final Instant since = Instant.now();
    private final EventCounters counters;
    private final Subscriptions subscriptions;
    private final EventQueue queue;
    private final Publisher publisher;
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile Login login;

    BrokerSession(long id, Login login, EventSink sink, Broker broker) {
        this.id = id;
        this.login = login;
        this.broker = broker;
        this.sink = new GuardedSink(sink);
        BrokerLimits limits = broker.limits();
        counters = new EventCounters(broker.eventCounters());
        subscriptions = new Subscriptions(this, broker.router(), limits.maxSubscriptions());
        queue = new EventQueue(limits, counters, broker.queueLimit(), this.sink, subscriptions::receivesLosses);
        publisher = new Publisher(
                this, broker.router(), new FanOut(broker.queueLimit(), this.sink), counters, limits.maxMessageBytes());
    }

    long id() {
        return id;
    }

    EventSink sink() {
        return sink;
    }

    EventQueue queue() {
        return queue;
    }

    boolean isClosed() {
        return closed.get();
    }

    /** Replaces the login by the user's current state. */
    void renew(Login renewed) {
        login = renewed;
    }

    @Override
    public Login login() {
        return login;
    }

    @Override
    public boolean subscribe(byte[] prefix) {
        return subscriptions.add(prefix);
    }

    @Override
    public boolean unsubscribe(byte[] prefix) {
        return subscriptions.remove(prefix);
    }

    @Override
    public Published publish(SharedBuffer buffer, int start, int end, int topicStart, int topicEnd) {
        return publisher.publishAndWait(buffer, start, end, topicStart, topicEnd);
    }

    @Override
    public Published publish(
            SharedBuffer buffer, int start, int end, int topicStart, int topicEnd, Runnable validated) {
        return publisher.publish(buffer, start, end, topicStart, topicEnd, validated);
    }

    @Override
    public Published validated() {
        return publisher.validated();
    }

    /** Publishes the refusal of an event of this session if there are subscribers for it. */
    void publishRefusal(Published verdict, ByteBuffer bytes, int topicStart, int topicEnd) {
        if (broker.refusalPublisher().hasSubscribers()) {
            byte[] topic = new byte[topicEnd - topicStart];
            bytes.get(topicStart, topic);
            broker.refusalPublisher().publish(login, verdict, topic);
        }
    }

    @Override
    public Optional<Refusal> refusal(Published published) {
        return publisher.refusal(published);
    }

    @Override
    public boolean flush() {
        return publisher.flush();
    }

    @Override
    public int take(int maxBytes, Consumer<? super EventRun> receiver) {
        return queue.take(maxBytes, receiver);
    }

    @Override
    public SessionInfo info() {
        return new SessionInfo(
                id,
                login,
                since,
                subscriptions.size(),
                counters.in(),
                counters.out(),
                counters.lost(),
                counters.refused(),
                queue.bytes());
    }

    @Override
    public void close() {
        end();
    }

    /** Ends the session; false if it had already ended. */
    boolean end() {
        if (!closed.compareAndSet(false, true)) {
            return false;
        }
        broker.remove(this);
        subscriptions.close();
        queue.close();
        return true;
    }
}
