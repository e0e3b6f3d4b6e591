package io.datahub.broker;

import io.datahub.api.Refusal;
import io.datahub.api.event.CloseReason;
import io.datahub.api.event.EventRun;
import io.datahub.api.event.EventSink;
import io.datahub.api.event.Published;
import io.datahub.api.event.Session;
import io.datahub.api.event.SessionId;
import io.datahub.api.event.SessionInfo;
import io.datahub.api.event.SharedBuffer;
import io.datahub.api.log.LogText;
import io.datahub.api.user.Login;
import io.datahub.api.user.LoginSession;
import io.datahub.broker.queue.EventCounters;
import io.datahub.broker.queue.EventQueue;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A session: its login, subscriptions, queue and publisher. */
final class BrokerSession implements Session {

    private static final Logger LOG = LoggerFactory.getLogger(BrokerSession.class);

    private final long id;
    private final SessionContext context;
    private final EventSink sink;
    private final Instant since = Instant.now();
    private final EventCounters counters;
    private final Subscriptions subscriptions;
    private final EventQueue queue;
    private final Publisher publisher;
    private final SessionState state;
    private final Runnable accessLost = this::loseAccess;

    BrokerSession(long id, Login login, EventSink sink, BrokerLimits limits, SessionContext context) {
        this.id = id;
        this.context = context;
        this.sink = new GuardedSink(sink);
        counters = new EventCounters(context.counters());
        queue = new EventQueue(limits.queue(), counters, context.queueLimit(), this.sink, this::receivesLosses);
        state = new SessionState(login, queue);
        subscriptions = new Subscriptions(state, context.router(), context.queueLimit(), limits.maxSubscriptions());
        publisher = new Publisher(state, context, this.sink, counters, limits.maxMessageBytes());
    }

    private boolean receivesLosses() {
        return subscriptions.receivesLosses();
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

    /** Replaces the login by the user's current state. */
    void renew(Login renewed) {
        state.renew(renewed);
    }

    @Override
    public Login login() {
        return state.login();
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
    public Published publish(
            SharedBuffer buffer, int start, int end, int topicStart, int topicEnd, Runnable completed) {
        return publisher.publish(buffer, start, end, topicStart, topicEnd, completed);
    }

    @Override
    public Published completed() {
        return publisher.completed();
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
        return context.pause().isOn() ? 0 : queue.take(maxBytes, receiver);
    }

    @Override
    public long lost() {
        return counters.lost();
    }

    @Override
    public SessionInfo info() {
        return new SessionInfo(
                new SessionId(id),
                state.login(),
                since,
                subscriptions.size(),
                counters.in(),
                counters.out(),
                counters.lost(),
                counters.refused(),
                queue.bytes());
    }

    /** Counts events that were lost before they arrived here, some of which may have been for this session. */
    void missed(long events) {
        if (subscriptions.size() > 0 && queue.missed(events)) {
            sink.ready();
        }
    }

    @Override
    public void close() {
        end();
    }

    /** Ends the session and notifies its transport; false if it had already ended. */
    boolean end(CloseReason reason) {
        if (!end()) {
            return false;
        }
        LOG.info("event=broker.session.ended id={} login={} reason={}", id, LogText.quoted(login()), reason);
        sink.ended(reason);
        return true;
    }

    /** Ends this session when the browser session of its login ends, at once if it has ended already. */
    void endWith(LoginSession browser) {
        browser.onEnd(accessLost);
        if (state.isClosed()) {
            browser.remove(accessLost);
        }
    }

    private void loseAccess() {
        end(CloseReason.ACCESS_LOST);
    }

    private boolean end() {
        if (!state.close()) {
            return false;
        }
        login().session().ifPresent(browser -> browser.remove(accessLost));
        context.onEnd().accept(id);
        subscriptions.close();
        queue.close();
        return true;
    }
}
