package io.datahub.zeromq;

import io.datahub.api.user.Authenticator;
import io.datahub.api.user.UsersListener;
import org.osgi.service.component.annotations.Component;

/**
 * Hears that users changed and hands that on. A component of its own, since who authenticates users, and looks for its
 * listeners, couldn't get one that needs it.
 */
@Component(
        name = "io.datahub.zeromq.users",
        service = {UsersListener.class, UserChanges.class})
public final class UserChanges implements UsersListener {

    private volatile Runnable next = () -> {};

    /** Hands changes on to this one, and to no other any more. */
    void handTo(Runnable receiver) {
        next = receiver;
    }

    @Override
    public void usersChanged(Authenticator authenticator) {
        next.run();
    }
}
