package io.datahub.jetty.authentication;

import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.user.Authenticator;
import io.datahub.api.user.Credentials;
import io.datahub.api.user.Login;
import io.datahub.api.user.Origin;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * The authenticator in use. It can be replaced while requests are served; while there is none, clients are refused as
 * unavailable. Thread-safe.
 */
public final class CurrentAuthenticator {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private volatile Authenticator current;

    /** Uses this authenticator from now on. */
    public synchronized void set(Authenticator authenticator) {
        current = authenticator;
    }

    /** Stops using this authenticator; a no-op if it has been replaced already. */
    public synchronized void unset(Authenticator authenticator) {
        if (current == authenticator) {
            current = null;
        }
    }

    private Optional<Authenticator> current() {
        return Optional.ofNullable(current);
    }

    boolean isAvailable() {
        return current().isPresent();
    }

    /** Authenticates a client and continues with the result: on an executor if it isn't at hand. */
    void authenticate(Credentials credentials, Origin origin, Executor executor, Consumer<Result<Login>> continuation) {
        current()
                .ifPresentOrElse(
                        authenticator -> authenticator.authenticate(credentials, origin, executor, continuation),
                        () -> continuation.accept(Result.refused(Refusal.unavailable(
                                "authentication is starting, stopping or being replaced; try again", RETRY_AFTER))));
    }

    Optional<Login> renew(Login login) {
        return current().flatMap(authenticator -> authenticator.renew(login));
    }

    /** How long to delay the response to credentials that can't be parsed. */
    Duration failureDelay(Origin origin) {
        return current()
                .map(authenticator -> authenticator.failureDelay(origin))
                .orElse(Duration.ZERO);
    }

    /** How long to delay the response to a failed login with these credentials. */
    Duration failureDelay(Credentials credentials, Origin origin) {
        return current()
                .map(authenticator -> authenticator.failureDelay(credentials, origin))
                .orElse(Duration.ZERO);
    }
}
