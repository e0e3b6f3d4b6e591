package io.datahub.broker;

import io.datahub.api.user.Login;
import io.datahub.api.user.User;
import io.datahub.broker.queue.EventQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What the routing and the publisher of a session need to know of it: the current login, the queue, and whether it is
 * closed. Compared by identity. Thread-safe.
 */
final class SessionState {

    private final EventQueue queue;
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile Login login;

    SessionState(Login login, EventQueue queue) {
        this.login = login;
        this.queue = queue;
    }

    EventQueue queue() {
        return queue;
    }

    Login login() {
        return login;
    }

    User user() {
        return login.user();
    }

    /** Replaces the login by the user's current state. */
    void renew(Login renewed) {
        login = renewed;
    }

    boolean isClosed() {
        return closed.get();
    }

    /** Marks the session as closed; false if it was already. */
    boolean close() {
        return closed.compareAndSet(false, true);
    }
}
