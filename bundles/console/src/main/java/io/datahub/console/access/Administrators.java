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
import java.util.concurrent.locks.LockSupport;
import javax.security.auth.login.FailedLoginException;
import org.apache.karaf.jaas.boot.principal.RolePrincipal;
import org.apache.karaf.jaas.boot.principal.UserPrincipal;

/** Asks the hub's own users who somebody is, and takes administrators only. */
final class Administrators {

    private static final Set<String> ROLES = Set.of("admin", "manager", "viewer", "systembundles", "ssh");

    private final Authenticator authenticator;

    Administrators(Authenticator authenticator) {
        this.authenticator = authenticator;
    }

    /**
     * Returns who it is. A failure of a user, or from an address, that had many is told late.
     *
     * @throws FailedLoginException if it is no administrator, in words that don't say why
     */
    Login enter(String user, String token, Origin origin) throws FailedLoginException {
        Credentials shown = new Credentials.Token(Optional.of(user), token.getBytes(StandardCharsets.UTF_8));
        Result<Login> login = authenticator.authenticate(shown, origin);
        if (login.isRefused() || !login.get().user().isAdmin()) {
            LockSupport.parkNanos(authenticator.penalty(shown, origin).toNanos());
            throw new FailedLoginException("login failed");
        }
        return login.get();
    }

    /** The principals that Karaf wants to see of an administrator. */
    static Set<Principal> principals(Login administrator) {
        Set<Principal> principals = new HashSet<>();
        principals.add(new UserPrincipal(administrator.user().name()));
        ROLES.forEach(role -> principals.add(new RolePrincipal(role)));
        return principals;
    }
}
