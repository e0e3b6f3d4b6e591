package io.datahub.api.user;

import io.datahub.api.Refusal;
import io.datahub.api.Result;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.osgi.annotation.versioning.ProviderType;

/** Authenticates credentials and renews logins against the current users file. Thread-safe; doesn't block but where it says so. */
@ProviderType
public interface Authenticator {

    /**
     * Authenticates a client. A failure is counted against the address and the user, and written to the audit log.
     *
     * <p>The kinds of credentials that the hub verifies itself are verified before this method returns, unless they may
     * be a short-lived token of another hub of the cluster. Others may take a while, at most about ten seconds. The caller's thread need not wait: the stage is completed on any thread, on
     * which its dependents must not block.
     *
     * @param credentials what the client presents
     * @param origin where it connects from
     * @return the login, or a refusal with {@link io.datahub.api.Reason#UNAUTHENTICATED}; or, if the credentials are
     *     valid but not permitted on this transport, {@link io.datahub.api.Reason#FORBIDDEN}; or, if they can't be
     *     verified at the moment, {@link io.datahub.api.Reason#UNAVAILABLE}. Never completed exceptionally
     */
    CompletionStage<Result<Login>> authenticate(Credentials credentials, Origin origin);

    /**
     * Authenticates a client and continues with the result: on the caller's thread if it is at hand, as it is for the
     * kinds that the hub verifies itself, otherwise on an executor. Should the authentication fail with an exception,
     * the result is a refusal with {@link io.datahub.api.Reason#UNAVAILABLE}.
     *
     * @param credentials what the client presents
     * @param origin where it connects from
     * @param executor runs the continuation if the result comes later
     * @param continuation takes the result
     */
    default void authenticate(
            Credentials credentials, Origin origin, Executor executor, Consumer<Result<Login>> continuation) {
        CompletionStage<Result<Login>> stage = authenticate(credentials, origin);
        CompletableFuture<Result<Login>> result = stage.toCompletableFuture();
        if (result.isDone() && !result.isCompletedExceptionally()) {
            continuation.accept(result.join());
        } else {
            stage.exceptionally(failure -> Result.refused(Refusal.unavailable(
                            "the credentials can't be verified at the moment; try again", Duration.ofSeconds(5))))
                    .thenAcceptAsync(continuation, executor);
        }
    }

    /**
     * Whether these credentials would be accepted, if the client proved that they are its own: for protocols in which
     * clients ask which of their public keys to use. Nothing is counted, logged or recorded as a use.
     *
     * @param credentials a public key, as it was offered
     * @param origin where the client connects from
     * @return whether it would be accepted; false for kinds that are secrets
     */
    boolean isKnown(Credentials credentials, Origin origin);

    /**
     * Counts a failure of a client that didn't prove that these credentials are its own, by a signature for example; it
     * is also written to the audit log. The credentials aren't looked up, so that nothing is recorded as a use.
     *
     * @param credentials what the client claims to have
     * @param origin where it connects from
     */
    default void unproved(Credentials credentials, Origin origin) {}

    /**
     * Updates a login to the current users.
     *
     * @param login a login of this or an earlier version of the users file
     * @return the updated login, with the same origin and session; empty if the user or the credential was removed,
     *     disabled or has expired
     * @throws java.io.UncheckedIOException if it is a short-lived token that this hub doesn't know, and it can't ask the
     *     other hubs of its cluster; asking them blocks
     */
    Optional<Login> renew(Login login);

    /**
     * How long to delay the response to a failed login from this origin.
     *
     * @param origin where the client connects from
     * @return the delay; zero after few failures
     */
    Duration failureDelay(Origin origin);

    /**
     * How long to delay the response to a failed login with these credentials from this origin: because of many
     * failures from the address, except for addresses shared by many clients, or of the user that the credentials
     * claim, without exception.
     *
     * @param credentials what the client presented
     * @param origin where it connects from
     * @return the delay; zero after few failures
     */
    default Duration failureDelay(Credentials credentials, Origin origin) {
        return failureDelay(origin);
    }
}
