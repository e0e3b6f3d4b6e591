package io.datahub.console.access;

import io.datahub.api.Result;
import io.datahub.api.user.Authenticator;
import io.datahub.api.user.Credentials;
import io.datahub.api.user.Login;
import io.datahub.api.user.Origin;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import javax.security.auth.login.FailedLoginException;
import org.apache.karaf.jaas.boot.principal.RolePrincipal;
import org.apache.karaf.jaas.boot.principal.UserPrincipal;

/** Authenticates users against the hub's own user registry, and accepts administrators only. */
final class Administrators {

    private static final Set<String> ROLES = Set.of("admin", "manager", "viewer", "systembundles", "ssh");

    private static final long MAX_SECONDS = 15;

    private final Authenticator authenticator;

    Administrators(Authenticator authenticator) {
        this.authenticator = authenticator;
    }

    /**
     * Authenticates an administrator. If there were many failures for the user or from the address, a further failure
     * is reported with a delay.
     *
     * @throws FailedLoginException if the credentials aren't those of an administrator; the message doesn't say why
     */
    Login authenticate(String user, String token, Origin origin) throws FailedLoginException {
        Credentials credentials = new Credentials.Token(Optional.of(user), token.getBytes(StandardCharsets.UTF_8));
        Result<Login> login = await(authenticator.authenticate(credentials, origin));
        if (login.isRefused() || !login.get().user().isAdmin()) {
            LockSupport.parkNanos(
                    authenticator.failureDelay(credentials, origin).toNanos());
            throw new FailedLoginException("login failed");
        }
        return login.get();
    }

    private static Result<Login> await(CompletionStage<Result<Login>> stage) throws FailedLoginException {
        try {
            return stage.toCompletableFuture().get(MAX_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw failed(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed(e);
        }
    }

    private static FailedLoginException failed(Exception cause) {
        FailedLoginException failed = new FailedLoginException("login failed");
        failed.initCause(cause);
        return failed;
    }

    /** The principals that Karaf expects of an administrator. */
    static Set<Principal> principals(Login administrator) {
        Set<Principal> principals = new HashSet<>();
        principals.add(new UserPrincipal(administrator.user().name()));
        ROLES.forEach(role -> principals.add(new RolePrincipal(role)));
        return principals;
    }
}
