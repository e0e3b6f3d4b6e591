package io.datahub.zeromq;

import io.datahub.api.user.Authenticator;
import io.datahub.api.user.UsersListener;
import org.osgi.service.component.annotations.Component;

/**
 * Forwards changes of users to the endpoint. A component of its own to avoid a circular reference: the authenticator
 * references its listeners, and the endpoint references the authenticator.
 */
@Component(
        name = "io.datahub.zeromq.users",
        service = {UsersListener.class, UsersChangeForwarder.class})
public final class UsersChangeForwarder implements UsersListener {

    private volatile Runnable listener = () -> {};

    /** Replaces the listener. */
    void setListener(Runnable newListener) {
        listener = newListener;
    }

    @Override
    public void usersChanged(Authenticator authenticator) {
        listener.run();
    }
}
