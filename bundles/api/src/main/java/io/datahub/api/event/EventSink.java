package io.datahub.api.event;

import io.datahub.api.user.Login;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A transport's end of a {@link Session}. The broker calls it from the threads of publishers and administrators, so each
 * method only notes what is to be done on the transport's own thread, and never blocks.
 */
@ConsumerType
public interface EventSink {

    /** There is something to take. Called once; the next call comes only after a take that gave 0. */
    void ready();

    /** Who was full when {@link Session#flush} said so has room again. */
    void resume();

    /** The user may do other things than before. */
    void renewed(Login login);

    /** The session has ended already and gives nothing any more; say good-bye to the client. */
    void ended(CloseReason reason);
}
