package io.datahub.http;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.user.Login;
import io.datahub.api.user.User;
import io.datahub.api.user.UserRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Two users; the first has one token, which every request authenticates with. */
public final class FakeRegistry implements UserRegistry {

    public static final String ID = "0123456789abcdef";

    public final List<String> calls = new ArrayList<>();

    @Override
    public List<Account> accounts() {
        return List.of(
                new Account(
                        new User("ci", Set.of(), List.of()),
                        false,
                        List.of(
                                credential("agent", Optional.empty()),
                                new Credential(
                                        "certificate",
                                        "f".repeat(16),
                                        "",
                                        Optional.empty(),
                                        Optional.empty(),
                                        Optional.empty())),
                        List.of()),
                new Account(new User("ops", Set.of(User.ADMIN), List.of()), false, List.of(), List.of()));
    }

    private static Credential credential(String label, Optional<Instant> expires) {
        return new Credential(
                "token",
                ID,
                label,
                Optional.of(Instant.EPOCH),
                expires,
                Optional.of(Instant.EPOCH),
                Optional.of("0".repeat(16)));
    }

    @Override
    public Optional<Credential> credential(Login login) {
        return Optional.of(credential("agent", Optional.empty()));
    }

    @Override
    public Result<IssuedToken> issueToken(Login actor, String user, String label, Optional<Instant> expires) {
        calls.add(actor.user() + " issues " + user + " " + label + " "
                + expires.map(Instant::toString).orElse("-"));
        return actor.user().name().equals(user) || actor.user().isAdmin()
                ? Result.done(new IssuedToken(user, "dh_x", credential(label, expires)))
                : Result.refused(Reason.FORBIDDEN, "others");
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
        calls.add(actor.user() + " revokes " + user + " " + token);
        return actor.user().name().equals(user) || actor.user().isAdmin()
                ? Result.done(credential("agent", Optional.empty()))
                : Result.refused(Reason.FORBIDDEN, "others");
    }

    @Override
    public Result<List<Credential>> revokeWithDescendants(Login actor, String user, String token) {
        return revokeToken(actor, user, token + " with descendants").then(one -> Result.done(List.of(one)));
    }

    @Override
    public Result<List<Credential>> revokeAll(Login actor, String user) {
        return revokeToken(actor, user, "all").then(one -> Result.done(List.of(one)));
    }
}
