package io.datahub.auth;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.user.Authenticator;
import io.datahub.api.user.Credentials;
import io.datahub.api.user.Login;
import io.datahub.api.user.Origin;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Refuses every login: used while the hub has no users. */
final class DenyAll implements Authenticator {

    @Override
    public CompletionStage<Result<Login>> authenticate(Credentials credentials, Origin origin) {
        return CompletableFuture.completedFuture(
                Result.refused(Reason.UNAUTHENTICATED, "no users are loaded at the moment"));
    }

    @Override
    public boolean isKnown(Credentials credentials, Origin origin) {
        return false;
    }

    @Override
    public Optional<Login> renew(Login login) {
        return Optional.empty();
    }

    @Override
    public Duration failureDelay(Origin origin) {
        return Duration.ZERO;
    }
}
