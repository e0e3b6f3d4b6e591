package io.datahub.console.access;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.user.Authenticator;
import io.datahub.api.user.Credentials;
import io.datahub.api.user.Login;
import io.datahub.api.user.Origin;
import io.datahub.api.user.User;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** Users whose token is their name, with their current roles. */
final class KnownAdministrators implements Authenticator {

    final Map<String, Set<String>> roles = new ConcurrentHashMap<>();

    @Override
    public CompletionStage<Result<Login>> authenticate(Credentials credentials, Origin origin) {
        return CompletableFuture.completedFuture(verify(credentials, origin));
    }

    @Override
    public boolean isKnown(Credentials credentials, Origin origin) {
        return !verify(credentials, origin).isRefused();
    }

    private Result<Login> verify(Credentials credentials, Origin origin) {
        String name = new String(((Credentials.Token) credentials).token(), StandardCharsets.UTF_8);
        return login(name, origin)
                .map(Result::done)
                .orElseGet(() -> Result.refused(new Refusal(Reason.UNAUTHENTICATED, "no such token")));
    }

    @Override
    public Optional<Login> renew(Login login) {
        return login(login.user().name(), login.origin());
    }

    private Optional<Login> login(String name, Origin origin) {
        return Optional.ofNullable(roles.get(name))
                .map(current -> new Login(
                        new User(name, current, List.of()), name, Optional.empty(), Optional.empty(), origin));
    }

    @Override
    public Duration failureDelay(Origin origin) {
        return Duration.ZERO;
    }
}
