package io.datahub.test;

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

/** An authenticator that rejects all credentials, but renews every login until all are revoked. For any thread. */
public final class RenewingAuthenticator implements Authenticator {

    private volatile boolean revoked;

    /** Revokes all logins: none is renewed any longer. */
    public void revoke() {
        revoked = true;
    }

    @Override
    public CompletionStage<Result<Login>> authenticate(Credentials credentials, Origin origin) {
        return CompletableFuture.completedFuture(
                Result.refused(Reason.UNAUTHENTICATED, "the credentials are not known"));
    }

    @Override
    public boolean isKnown(Credentials credentials, Origin origin) {
        return false;
    }

    @Override
    public Optional<Login> renew(Login login) {
        return revoked ? Optional.empty() : Optional.of(login);
    }

    @Override
    public Duration failureDelay(Origin origin) {
        return Duration.ZERO;
    }
}
