package io.datahub.uploads;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.user.Authenticator;
import io.datahub.api.user.Credentials;
import io.datahub.api.user.Login;
import io.datahub.api.user.Origin;
import java.time.Duration;
import java.util.Optional;

/** Authenticates nobody, but renews every login until all are revoked. */
final class FakeRenewals implements Authenticator {

    private volatile boolean revoked;

    void revoke() {
        revoked = true;
    }

    @Override
    public Result<Login> authenticate(Credentials credentials, Origin origin) {
        return Result.refused(Reason.UNAUTHENTICATED, "nobody is let in");
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
