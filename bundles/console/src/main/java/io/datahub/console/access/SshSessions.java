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
 * Ends the SSH sessions of those who came in with a token and may not be there any more. Sessions with a key, or of
 * somebody else's realm, are left alone.
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
        if (server.isStarted()) { // Karaf registers it before it starts
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
        subject(session).ifPresent(subject -> logins.add(session, subject, () -> end(session, subject)));
    }

    /** Commands that run on after their session find no role any more. */
    private static void end(Session session, Subject subject) {
        subject.getPrincipals().clear();
        session.close(true);
    }

    /** Karaf keeps it under a key of its own SSH bundle, which this one needs for nothing else. */
    private static Optional<Subject> subject(Session session) {
        Stream<?> attributes = session.attributeKeys().stream().map(session::getAttribute);
        return attributes
                .filter(Subject.class::isInstance)
                .map(Subject.class::cast)
                .findAny();
    }
}
