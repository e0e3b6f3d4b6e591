package io.datahub.ui;

import io.datahub.api.Result;
import io.datahub.api.event.EventBroker;
import io.datahub.api.event.EventInjector;
import io.datahub.api.event.EventSink;
import io.datahub.api.event.Session;
import io.datahub.api.event.SessionId;
import io.datahub.api.event.SessionInfo;
import io.datahub.api.record.Cursor;
import io.datahub.api.user.Login;
import io.datahub.api.user.Origin;
import io.datahub.api.user.User;
import io.datahub.api.user.UserRegistry;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A broker with one client, and a registry with one user. */
final class FakeHub implements EventBroker, UserRegistry {

    private final User jenkins = new User("jenkins", Set.of("ci"), List.of());

    @Override
    public List<SessionInfo> sessions() {
        Origin origin = new Origin("zeromq", InetAddress.getLoopbackAddress(), false);
        Login login = new Login(jenkins, "t", Optional.empty(), Optional.empty(), origin);
        return List.of(new SessionInfo(new SessionId(9), login, Instant.EPOCH, 1, 2, 3, 4, 5, 6));
    }

    @Override
    public Counters counters() {
        return new Counters(1, 2, 3, 4, 5);
    }

    @Override
    public List<Account> accounts() {
        return List.of(new Account(jenkins, false, List.of(), List.of()));
    }

    @Override
    public Session open(Login login, EventSink sink) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void announce(String topic, byte[] payload) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void announce(Cursor cursor, String topic, byte[] payload) {
        throw new UnsupportedOperationException();
    }

    @Override
    public EventInjector openInjector() {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean disconnect(SessionId id) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Optional<Credential> credential(Login login) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Result<IssuedToken> issueToken(Login actor, String user, String label, Optional<Instant> expires) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Result<IssuedToken> issueShortLived(Login login, Duration lifetime, String label) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Result<IssuedToken> rotateToken(
            Login actor, String user, String token, Optional<Instant> expires, Duration overlap) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Result<Credential> revokeToken(Login actor, String user, String token) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Result<List<Credential>> revokeWithDescendants(Login actor, String user, String token) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Result<List<Credential>> revokeAll(Login actor, String user) {
        throw new UnsupportedOperationException();
    }
}
