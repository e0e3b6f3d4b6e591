package io.datahub.console.access;

import io.datahub.api.log.LogText;
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
 * The administrators who are connected to the console or by JMX. When the users change, a user who is no longer an
 * administrator is disconnected immediately. For any thread.
 */
@Component(
        name = "io.datahub.console.logins",
        service = {UsersListener.class, OpenLogins.class})
public final class OpenLogins implements UsersListener {

    private static final Logger LOG = LoggerFactory.getLogger(OpenLogins.class);

    private final Map<Object, Entry> open = new ConcurrentHashMap<>();

    /** Empty until the users are first reported; logins that were added before are checked then. */
    private volatile Optional<Authenticator> current = Optional.empty();

    /**
     * Monitors a login until {@link #remove} is called.
     *
     * @param connection identifies the connection of the login; if it is already registered, nothing changes
     * @param revoke withdraws everything that the login permits; called at most once, must not block, and may be called
     *     before this method returns
     */
    void add(Object connection, Login login, Runnable revoke) {
        open.putIfAbsent(connection, new Entry(login, revoke));
        // After the entry is added: a concurrent change of the users either sees the entry or is seen here.
        current.ifPresent(authenticator -> check(connection, authenticator));
    }

    /** Monitors all logins of a subject; a subject of another realm has none. */
    void add(Object connection, Subject subject, Runnable revoke) {
        subject.getPublicCredentials(Login.class).forEach(login -> add(connection, login, revoke));
    }

    /** Called when the connection has ended. */
    void remove(Object connection) {
        open.remove(connection);
    }

    @Override
    public void usersChanged(Authenticator authenticator) {
        current = Optional.of(authenticator);
        open.keySet().forEach(connection -> check(connection, authenticator));
    }

    private void check(Object connection, Authenticator authenticator) {
        Entry entry = open.get(connection);
        if (entry != null && !isAdmin(entry.login, authenticator) && open.remove(connection, entry)) {
            LOG.info(
                    "event=console.session.revoked login={} reason=\"no longer an administrator\"",
                    LogText.quoted(entry.login));
            entry.revoke.run();
        }
    }

    private static boolean isAdmin(Login login, Authenticator authenticator) {
        return authenticator.renew(login).map(Login::user).filter(User::isAdmin).isPresent();
    }

    private record Entry(Login login, Runnable revoke) {}
}
