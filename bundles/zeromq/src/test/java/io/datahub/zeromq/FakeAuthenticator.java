package io.datahub.zeromq;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.user.Action;
import io.datahub.api.user.Authenticator;
import io.datahub.api.user.Credentials;
import io.datahub.api.user.Grant;
import io.datahub.api.user.Login;
import io.datahub.api.user.Origin;
import io.datahub.api.user.User;
import io.datahub.zeromq.curve.CurveKeyPair;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An in-memory authenticator. A user's token is the name with the suffix {@code -token}, and its CURVE keys are derived
 * from the name.
 */
public final class FakeAuthenticator implements Authenticator {

    private final Map<String, User> users = new ConcurrentHashMap<>();

    /** The number of authentication attempts. */
    final AtomicInteger attempts = new AtomicInteger();

    /** How long failed attempts are held back, by claimed user. */
    final Map<String, Duration> penalties = new ConcurrentHashMap<>();

    /** Adds or replaces a user that may publish and subscribe to topics with these prefixes. */
    public FakeAuthenticator with(String name, String publish, String subscribe) {
        List<Grant> grants = new ArrayList<>();
        grants.add(new Grant(Action.PUBLISH, publish, "test"));
        grants.add(new Grant(Action.SUBSCRIBE, subscribe, "test"));
        users.put(name, new User(name, Set.of(), grants));
        return this;
    }

    public void without(String name) {
        users.remove(name);
    }

    /** The CURVE keys of a user. */
    public static CurveKeyPair keys(String user) {
        return CurveKeyPair.of(Arrays.copyOf(user.getBytes(StandardCharsets.UTF_8), CurveKeyPair.KEY_BYTES));
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
        attempts.incrementAndGet();
        Optional<User> user = Optional.empty();
        if (credentials instanceof Credentials.Token token) {
            String secret = new String(token.token(), StandardCharsets.UTF_8);
            user = token.user().map(users::get).filter(known -> secret.equals(known.name() + "-token"));
        } else if (credentials instanceof Credentials.CurveKey curve) {
            user = users.values().stream()
                    .filter(known ->
                            Arrays.equals(curve.key(), keys(known.name()).publicKey()))
                    .findFirst();
        } else if (credentials instanceof Credentials.None) {
            user = Optional.ofNullable(users.get(User.ANONYMOUS));
        }
        return user.map(known -> Result.done(login(known, origin)))
                .orElseGet(() -> Result.refused(Reason.UNAUTHENTICATED, "unknown user or wrong token"));
    }

    private static Login login(User user, Origin origin) {
        return new Login(user, "token of " + user.name(), Optional.empty(), Optional.empty(), origin);
    }

    @Override
    public Optional<Login> renew(Login login) {
        return Optional.ofNullable(users.get(login.user().name())).map(user -> login(user, login.origin()));
    }

    @Override
    public Duration failureDelay(Origin origin) {
        return Duration.ZERO;
    }

    @Override
    public Duration failureDelay(Credentials credentials, Origin origin) {
        Optional<String> claimed =
                credentials instanceof Credentials.Token token ? token.user() : Optional.of(credentials.toString());
        return penalties.getOrDefault(claimed.orElse(""), Duration.ZERO);
    }
}
