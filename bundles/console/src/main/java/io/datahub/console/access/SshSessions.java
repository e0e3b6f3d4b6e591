package io.datahub.console.access;

import java.util.Optional;
import java.util.stream.Stream;
import javax.security.auth.Subject;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.session.SessionListener;
import org.apache.sshd.server.SshServer;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/**
 * Closes the SSH sessions of users who authenticated with a token and are no longer administrators. Sessions that
 * authenticated with a key, or in another realm, are not affected.
 */
@Component(service = {})
public final class SshSessions implements SessionListener {

    private final OpenLogins logins;

    @Activate
    public SshSessions(@Reference OpenLogins logins) {
        this.logins = logins;
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addServer(SshServer server) {
        server.addSessionListener(this);
        if (server.isStarted()) { // Karaf registers the server before it starts it
            server.getActiveSessions().forEach(this::watch);
        }
    }

    void removeServer(SshServer server) {
        server.removeSessionListener(this);
    }

    @Override
    public void sessionEvent(Session session, Event event) {
        if (event == Event.Authenticated) {
            watch(session);
        }
    }

    @Override
    public void sessionClosed(Session session) {
        logins.remove(session);
    }

    private void watch(Session session) {
        subject(session).ifPresent(subject -> logins.add(session, subject, () -> close(session, subject)));
    }

    /** Commands that outlive the session no longer have any role. */
    private static void close(Session session, Subject subject) {
        subject.getPrincipals().clear();
        session.close(true);
    }

    /**
     * Karaf stores the subject under a key of its own SSH bundle, which this bundle doesn't depend on; so the attribute
     * is found by its type.
     */
    private static Optional<Subject> subject(Session session) {
        Stream<?> attributes = session.attributeKeys().stream().map(session::getAttribute);
        return attributes
                .filter(Subject.class::isInstance)
                .map(Subject.class::cast)
                .findAny();
    }
}
