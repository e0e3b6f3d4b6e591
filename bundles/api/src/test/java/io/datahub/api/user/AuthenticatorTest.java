package io.datahub.api.user;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class AuthenticatorTest {

    private static final Origin HERE = new Origin("test", InetAddress.getLoopbackAddress(), false, false, true);

    private final CompletableFuture<Result<Login>> stage = new CompletableFuture<>();
    private final List<Optional<Reason>> reasons = new ArrayList<>();

    private void authenticate() {
        Authenticator authenticator = new Authenticator() {
            @Override
            public CompletionStage<Result<Login>> authenticate(Credentials credentials, Origin origin) {
                return stage;
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
        };
        authenticator.authenticate(
                new Credentials.None(),
                HERE,
                Runnable::run,
                result -> reasons.add(result.refusal().map(Refusal::reason)));
    }

    @Test
    void shouldContinueWithARefusalIfTheAuthenticationHasFailed() {
        stage.completeExceptionally(new IllegalStateException("broken"));

        authenticate();

        assertThat(reasons).containsExactly(Optional.of(Reason.UNAVAILABLE));
    }

    @Test
    void shouldContinueWithARefusalIfTheAuthenticationFailsLater() {
        authenticate();
        assertThat(reasons).isEmpty();

        stage.completeExceptionally(new IllegalStateException("broken"));

        assertThat(reasons).containsExactly(Optional.of(Reason.UNAVAILABLE));
    }
}
