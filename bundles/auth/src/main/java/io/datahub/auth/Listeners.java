package io.datahub.auth;

import io.datahub.api.user.Authenticator;
import io.datahub.api.user.UsersListener;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whoever keeps logins open and has to renew them when the users change. Thread-safe. */
final class Listeners {

    private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);

    private final List<UsersListener> all = new CopyOnWriteArrayList<>();

    /** Adds a listener and notifies it of the present users. */
    void add(UsersListener listener, Authenticator authenticator) {
        all.add(listener);
        notify(listener, authenticator);
    }

    void remove(UsersListener listener) {
        all.remove(listener);
    }

    /** Notifies all listeners that logins have to be renewed. */
    void notifyOf(Authenticator authenticator) {
        all.forEach(listener -> notify(listener, authenticator));
    }

    private static void notify(UsersListener listener, Authenticator authenticator) {
        try {
            listener.usersChanged(authenticator);
        } catch (RuntimeException e) {
            LOG.error(
                    "event=auth.listener.failed listener={}",
                    listener.getClass().getName(),
                    e);
        }
    }
}
