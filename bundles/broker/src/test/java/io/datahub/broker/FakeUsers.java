package io.datahub.broker;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.user.Action;
import io.datahub.api.user.Authenticator;
import io.datahub.api.user.Credentials;
import io.datahub.api.user.Grant;
import io.datahub.api.user.Login;
import io.datahub.api.user.Origin;
import io.datahub.api.user.User;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** In-memory users, by name. */
final class FakeUsers implements Authenticator {

    private final Map<String, User> users = new ConcurrentHashMap<>();

    /** Adds or replaces a user; grants are pairs of action and object, such as {@code SUBSCRIBE, "build."}. */
    FakeUsers with(String name, Object... grants) {
        List<Grant> all = new ArrayList<>();
        for (int i = 0; i < grants.length; i += 2) {
            all.add(new Grant((Action) grants[i], (String) grants[i + 1], "test"));
        }
        users.put(name, new User(name, Set.of(), all));
        return this;
    }

    FakeUsers withRole(String name, String role) {
        users.put(name, new User(name, Set.of(role), List.of()));
        return this;
    }

    FakeUsers without(String name) {
        users.remove(name);
        return this;
    }

    Login login(String name) {
        return login(name, "test");
    }

    Login login(String name, String transport) {
        Origin origin = new Origin(transport, InetAddress.getLoopbackAddress(), false);
        return new Login(users.get(name), "test", Optional.empty(), Optional.empty(), origin);
    }

    @Override
    public CompletionStage<Result<Login>> authenticate(Credentials credentials, Origin origin) {
        return CompletableFuture.completedFuture(Result.refused(Reason.UNAUTHENTICATED, "not here"));
    }

    @Override
    public boolean isKnown(Credentials credentials, Origin origin) {
        return false;
    }

    @Override
    public Optional<Login> renew(Login login) {
        return Optional.ofNullable(users.get(login.user().name()))
                .map(user -> new Login(user, "test", Optional.empty(), Optional.empty(), login.origin())
                        .in(login.session()));
    }

    @Override
    public Duration failureDelay(Origin origin) {
        return Duration.ZERO;
    }
}
