package io.datahub.hooks.incoming;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.user.Authenticator;
import io.datahub.api.user.Credentials;
import io.datahub.api.user.Login;
import io.datahub.api.user.Origin;
import io.datahub.hooks.signature.Proof;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;

/**
 * Logs the senders of a hook in as its user. A login is used for further deliveries as long as it can be renewed, since
 * nothing but the hook's configuration decides who its user is. Thread-safe.
 */
final class HookLogin {

    private final String hook;
    private final Authenticator authenticator;
    private volatile Optional<Login> last = Optional.empty();

    HookLogin(String hook, Authenticator authenticator) {
        this.hook = hook;
        this.authenticator = authenticator;
    }

    /**
     * Authenticates a sender; failures are counted and audited.
     *
     * @param continuation receives what was presented and the result, on this thread or on one of the executor
     */
    void authenticate(
            Proof proof,
            String user,
            Origin origin,
            Executor executor,
            BiConsumer<Credentials, Result<Login>> continuation) {
        Credentials presented = proof.token().orElseGet(() -> new HookCredentials(hook, user, proof));
        Optional<Login> renewed = proof.isGenuine() ? renewed(user, origin) : Optional.empty();
        if (renewed.isPresent()) {
            continuation.accept(presented, Result.done(renewed.get()));
            return;
        }
        authenticator.authenticate(presented, origin, executor, result -> {
            if (!result.isRefused() && proof.isGenuine()) {
                last = Optional.of(result.get());
            }
            continuation.accept(presented, result.then(login -> asUser(login, user)));
        });
    }

    private Optional<Login> renewed(String user, Origin origin) {
        Optional<Login> renewed = last.flatMap(login -> authenticator.renew(login.from(origin)))
                .filter(login -> login.user().name().equals(user));
        last = renewed;
        return renewed;
    }

    private static Result<Login> asUser(Login login, String user) {
        return login.user().name().equals(user)
                ? Result.done(login)
                : Result.refused(Reason.FORBIDDEN, "this hook is for another user's token");
    }
}
