package io.datahub.console.access;

import io.datahub.api.user.Authenticator;
import io.datahub.api.user.Login;
import io.datahub.api.user.User;
import io.datahub.api.user.UsersListener;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import javax.security.auth.Subject;
import org.osgi.service.component.annotations.Component;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The administrators who are in the console or in JMX now. Whoever is none any more, by the users file in force, is shown
 * out at once. For any thread.
 */
@Component(
        name = "io.datahub.console.logins",
        service = {UsersListener.class, OpenLogins.class})
public final class OpenLogins implements UsersListener {

    private static final Logger LOG = LoggerFactory.getLogger(OpenLogins.class);

    private final Map<Object, Entry> open = new ConcurrentHashMap<>();

    /** Empty until the first users are told of, which looks at all that came in before. */
    private volatile Optional<Authenticator> users = Optional.empty();

    /**
     * Keeps an eye on somebody until {@link #remove}.
     *
     * @param connection what the login came by; one that is known already is left as it is
     * @param end takes away all that the login can do, once and quickly; may be called before this method returns
     */
    void add(Object connection, Login login, Runnable end) {
        open.putIfAbsent(connection, new Entry(login, end));
        // Not before the entry is in: who changes the users meanwhile either sees the entry or is seen here.
        users.ifPresent(authenticator -> check(connection, authenticator));
    }

    /** The same of all logins by which a subject came in; a subject of somebody else's realm has none. */
    void add(Object connection, Subject subject, Runnable end) {
        subject.getPublicCredentials(Login.class).forEach(login -> add(connection, login, end));
    }

    /** The connection has ended. */
    void remove(Object connection) {
        open.remove(connection);
    }

    @Override
    public void usersChanged(Authenticator authenticator) {
        users = Optional.of(authenticator);
        open.keySet().forEach(connection -> check(connection, authenticator));
    }

    private void check(Object connection, Authenticator authenticator) {
        Entry entry = open.get(connection);
        if (entry != null && !isAdmin(entry.login, authenticator) && open.remove(connection, entry)) {
            LOG.info("access=ended client={} reason=\"no administrator any more\"", entry.login);
            entry.end.run();
        }
    }

    private static boolean isAdmin(Login login, Authenticator authenticator) {
        return authenticator.renew(login).map(Login::user).filter(User::isAdmin).isPresent();
    }

    private record Entry(Login login, Runnable end) {}
}
