package io.datahub.websocket;

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
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Authenticates the user NAME by the token {@code token-of-NAME}. */
final class FakeAuthenticator implements Authenticator {

    static final String TOKEN_OF = "token-of-";

    static Login login(String name, Origin origin) {
        List<Grant> grants = List.of(
                new Grant(Action.PUBLISH, "build.", "user " + name),
                new Grant(Action.SUBSCRIBE, "", "user " + name),
                new Grant(Action.READ, "open/", "user " + name));
        return new Login(
                new User(name, name.equals("root") ? Set.of(User.ADMIN) : Set.of(), grants),
                "test",
                Optional.empty(),
                Optional.empty(),
                origin);
    }

    static Login httpLogin(String name) {
        return login(name, new Origin("http", InetAddress.getLoopbackAddress(), false));
    }

    @Override
    public CompletionStage<Result<Login>> authenticate(Credentials credentials, Origin origin) {
        return CompletableFuture.completedFuture(verify(credentials, origin));
    }

    @Override
    public boolean isKnown(Credentials credentials, Origin origin) {
        return !verify(credentials, origin).isRefused();
    }

    private Result<Login> verify(Credentials credentials, Origin origin) {
        String token = new String(((Credentials.Token) credentials).token(), StandardCharsets.UTF_8);
        return token.startsWith(TOKEN_OF)
                ? Result.done(login(token.substring(TOKEN_OF.length()), origin))
                : Result.refused(Reason.UNAUTHENTICATED, "the token is not known");
    }

    @Override
    public Optional<Login> renew(Login login) {
        return Optional.of(login);
    }

    @Override
    public Duration failureDelay(Origin origin) {
        return Duration.ofMillis(50);
    }
}
