package io.datahub.jetty.server;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.user.Authenticator;
import io.datahub.api.user.Credentials;
import io.datahub.api.user.Login;
import io.datahub.api.user.Origin;
import io.datahub.api.user.User;
import io.datahub.jetty.authentication.CurrentAuthenticator;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** Users in memory, each with one token. */
public final class KnownUsers implements Authenticator {

    private final Map<String, User> byToken = new ConcurrentHashMap<>();
    private volatile Duration penalty = Duration.ZERO;

    public KnownUsers add(String name, String token) {
        return add(new User(name, Set.of(), List.of()), token);
    }

    public KnownUsers add(User user, String token) {
        byToken.put(token, user);
        return this;
    }

    public KnownUsers certify(String name, String sha256) {
        return add(name, "sha256 " + sha256);
    }

    public void remove(String token) {
        byToken.remove(token);
    }

    public void setPenalty(Duration penalty) {
        this.penalty = penalty;
    }

    @Override
    public CompletionStage<Result<Login>> authenticate(Credentials credentials, Origin origin) {
        return CompletableFuture.completedFuture(verify(credentials, origin));
    }

    @Override
    public boolean isKnown(Credentials credentials, Origin origin) {
        return !verify(credentials, origin).isRefused();
    }

    private Result<Login> verify(Credentials credentials, Origin origin) {
        String token =
                credentials instanceof Credentials.Token shown ? new String(shown.token(), StandardCharsets.UTF_8) : "";
        if (credentials instanceof Credentials.Certificate certificate) {
            token = "sha256 " + certificate.sha256();
        }
        User user = byToken.get(token);
        boolean isOther = credentials instanceof Credentials.Token shown
                && user != null
                && shown.user().filter(name -> !name.equals(user.name())).isPresent();
        return user == null || isOther
                ? Result.refused(Reason.UNAUTHENTICATED, "nobody has this token")
                : Result.done(new Login(user, token, Optional.empty(), Optional.empty(), origin));
    }

    @Override
    public Optional<Login> renew(Login login) {
        return Optional.ofNullable(byToken.get(login.credential()))
                .map(user -> new Login(user, login.credential(), login.label(), login.expires(), login.origin())
                        .in(login.session()));
    }

    @Override
    public Duration failureDelay(Origin origin) {
        return penalty;
    }

    /** This, as the authenticator in use. */
    public CurrentAuthenticator current() {
        CurrentAuthenticator current = new CurrentAuthenticator();
        current.set(this);
        return current;
    }
}
