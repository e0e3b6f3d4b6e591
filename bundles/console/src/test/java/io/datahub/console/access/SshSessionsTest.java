package io.datahub.console.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.user.User;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import javax.security.auth.Subject;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.auth.login.LoginException;
import org.apache.karaf.jaas.boot.principal.ClientPrincipal;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.keyverifier.AcceptAllServerKeyVerifier;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.client.session.ClientSession.ClientSessionEvent;
import org.apache.sshd.common.AttributeRepository.AttributeKey;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.keyprovider.SimpleGeneratorHostKeyProvider;
import org.apache.sshd.server.session.ServerSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Uses a real SSH server and a real client; the login module is called as Karaf calls it. */
class SshSessionsTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final AttributeKey<Subject> SUBJECT = new AttributeKey<>();

    private final KnownAdministrators users = new KnownAdministrators();
    private final OpenLogins logins = new OpenLogins();
    private final SshSessions sessions = new SshSessions(logins);
    private final SshServer server = SshServer.setUpDefaultServer();
    private final SshClient client = SshClient.setUpDefaultClient();
    private Subject subject;

    @BeforeEach
    void start(@TempDir Path folder) throws IOException {
        SimpleGeneratorHostKeyProvider keys = new SimpleGeneratorHostKeyProvider(folder.resolve("key"));
        keys.setAlgorithm("EC");
        server.setKeyPairProvider(keys);
        server.setHost("127.0.0.1");
        server.setPasswordAuthenticator((user, password, session) -> authenticate(user, password, session));
        client.setServerKeyVerifier(AcceptAllServerKeyVerifier.INSTANCE);
        client.start();
        users.roles.put("ann", Set.of(User.ADMIN));
        users.roles.put("bob", Set.of(User.ADMIN));
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        server.close();
    }

    @Test
    void shouldCloseTheSessionOfAUserWhoIsNoLongerAnAdministrator() throws IOException {
        sessions.addServer(server); // Karaf registers the server before it starts it
        server.start();
        ClientSession ann = logIn("ann");
        Subject annsSubject = subject;
        ClientSession bob = logIn("bob");
        users.roles.put("ann", Set.of(User.MONITOR));
        logins.usersChanged(users);
        assertThat(awaitClosed(ann)).contains(ClientSessionEvent.CLOSED);
        assertThat(annsSubject.getPrincipals()).isEmpty();
        assertThat(bob.isOpen()).isTrue();
        assertThat(subject.getPrincipals()).isNotEmpty();
    }

    @Test
    void shouldCloseASessionThatWasOpenedBeforeTheServerWasAdded() throws IOException {
        server.start();
        ClientSession ann = logIn("ann");
        sessions.addServer(server);
        users.roles.remove("ann");
        logins.usersChanged(users);
        assertThat(awaitClosed(ann)).contains(ClientSessionEvent.CLOSED);
    }

    private static Set<ClientSessionEvent> awaitClosed(ClientSession session) {
        return session.waitFor(EnumSet.of(ClientSessionEvent.CLOSED), TIMEOUT);
    }

    private ClientSession logIn(String user) throws IOException {
        ClientSession session = client.connect(user, "127.0.0.1", server.getPort())
                .verify(TIMEOUT)
                .getSession();
        session.addPasswordIdentity(user);
        session.auth().verify(TIMEOUT);
        return session;
    }

    private boolean authenticate(String user, String password, ServerSession session) {
        subject = new Subject();
        subject.getPrincipals()
                .add(new ClientPrincipal("ssh", session.getClientAddress().toString()));
        TokenLoginModule module = new TokenLoginModule();
        module.initialize(
                subject,
                callbacks -> answer(callbacks, user, password),
                Map.of(),
                Map.of(TokenLoginModule.AUTHENTICATOR, users));
        try {
            boolean authenticated = module.login() && module.commit();
            session.setAttribute(SUBJECT, subject);
            return authenticated;
        } catch (LoginException e) {
            return false;
        }
    }

    private static void answer(Callback[] callbacks, String user, String password) {
        ((NameCallback) callbacks[0]).setName(user);
        ((PasswordCallback) callbacks[1]).setPassword(password.toCharArray());
    }
}
