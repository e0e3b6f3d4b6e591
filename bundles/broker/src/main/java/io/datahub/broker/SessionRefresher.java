package io.datahub.broker;

import io.datahub.api.event.CloseReason;
import io.datahub.api.user.Authenticator;
import io.datahub.api.user.Login;
import io.datahub.api.user.User;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.Optional;

/** Applies changed users to open sessions. Thread-safe. */
final class SessionRefresher {

    private final Router router;

    /** The users after the last change; null before the first. */
    private volatile Authenticator latest;

    SessionRefresher(Router router) {
        this.router = router;
    }

    /** Renews the logins of all sessions. Sessions opened concurrently call {@link #refresh} themselves. */
    void renew(Authenticator authenticator, Collection<BrokerSession> sessions) {
        latest = authenticator;
        for (BrokerSession session : sessions) {
            renew(session, authenticator);
        }
        router.changed();
    }

    /**
     * Renews the login of a new session, since the users may have changed after it was authenticated, and ends it with
     * its browser session.
     */
    void refresh(BrokerSession session) {
        session.login().session().ifPresent(session::endWith);
        Authenticator authenticator = latest;
        if (authenticator != null) {
            renew(session, authenticator);
        }
    }

    private void renew(BrokerSession session, Authenticator authenticator) {
        Login before = session.login();
        if (before.user() == User.HUB) {
            return; // the hub's own sessions, such as the console's, have no credential that could end
        }
        Optional<Login> after = renew(before, authenticator);
        if (after.isEmpty()) {
            session.end(CloseReason.ACCESS_LOST);
        } else if (!after.get().equals(before)) {
            session.renew(after.get());
            router.changed();
            session.sink().renewed(after.get());
        }
    }

    /** Empty also if it isn't known at present whether the credential is still valid: the other sessions must go on. */
    private static Optional<Login> renew(Login before, Authenticator authenticator) {
        try {
            return authenticator.renew(before);
        } catch (UncheckedIOException e) {
            return Optional.empty();
        }
    }
}
