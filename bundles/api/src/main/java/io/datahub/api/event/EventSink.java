package io.datahub.api.event;

import io.datahub.api.user.Login;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A transport's end of a {@link Session}. The broker calls it on the threads of publishers and administrators, so each
 * method must not block and should only schedule work for the transport's own thread.
 */
@ConsumerType
public interface EventSink {

    /** Events are waiting to be taken. Called once; not called again until a {@link Session#take} has returned 0. */
    void ready();

    /** Called when a receiver that was full when {@link Session#flush} returned false has capacity again. */
    void resume();

    /**
     * The user's permissions have changed.
     *
     * @param login the current login
     */
    void renewed(Login login);

    /**
     * The session has already ended and delivers nothing more; the transport should disconnect the client.
     *
     * @param reason why
     */
    void ended(CloseReason reason);
}
