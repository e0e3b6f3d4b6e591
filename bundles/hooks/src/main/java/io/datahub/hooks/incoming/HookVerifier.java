package io.datahub.hooks.incoming;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.user.CredentialVerifier;
import io.datahub.api.user.Credentials;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Component;

/** Says whose deliveries to hooks are: those of the user that the hook's configuration names. */
@Component(property = CredentialVerifier.KIND + "=" + HookCredentials.KIND)
public final class HookVerifier implements CredentialVerifier {

    private static final Duration LOGIN = Duration.ofHours(1);

    @Override
    public CompletionStage<Result<Verified>> verify(Credentials credentials) {
        return CompletableFuture.completedFuture(
                credentials instanceof HookCredentials delivery
                        ? verify(delivery)
                        : Result.refused(Reason.UNAUTHENTICATED, "not a delivery to a hook"));
    }

    private static Result<Verified> verify(HookCredentials delivery) {
        return delivery.proof().isGenuine()
                ? Result.done(new Verified(
                        delivery.actsAs(),
                        "hook-" + delivery.hook(),
                        "hook " + delivery.hook(),
                        Instant.now().plus(LOGIN),
                        Optional.empty()))
                : Result.refused(
                        Reason.UNAUTHENTICATED,
                        "hook " + delivery.hook() + ": " + delivery.proof().reason());
    }
}
