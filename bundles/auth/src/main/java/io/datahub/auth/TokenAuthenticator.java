package io.datahub.auth;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.user.Authenticator;
import io.datahub.api.user.Credentials;
import io.datahub.api.user.Login;
import io.datahub.api.user.Origin;
import io.datahub.api.user.User;
import io.datahub.auth.users.StoredCredential;
import io.datahub.auth.users.StoredCredential.Kind;
import io.datahub.auth.users.StoredUser;
import io.datahub.auth.users.Users;
import io.datahub.auth.users.Users.Owned;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Authenticates against the current users. Refusals are indistinguishable to the client; the audit log has the reason.
 * Thread-safe; never blocks.
 */
final class TokenAuthenticator implements Authenticator {

    private static final int MAX_TOKEN_BYTES = 255;
    private static final String NO_CREDENTIAL = "none";

    private final Supplier<Users> currentUsers;
    private final Clock clock;
    private final AuditLog audit;
    private final LastUsedStore lastUsed;
    private volatile LoginThrottle throttle;
    private volatile boolean clearAdminAllowed;

    TokenAuthenticator(
            Supplier<Users> currentUsers,
            Clock clock,
            AuditLog audit,
            LastUsedStore lastUsed,
            AuthConfiguration configuration) {
        this.currentUsers = currentUsers;
        this.clock = clock;
        this.audit = audit;
        this.lastUsed = lastUsed;
        configure(configuration);
    }

    /** Applies settings; counted failures are reset. */
    void configure(AuthConfiguration configuration) {
        throttle = new LoginThrottle(configuration, System::nanoTime);
        clearAdminAllowed = configuration.allowClearAdmin();
    }

    @Override
    public Result<Login> authenticate(Credentials credentials, Origin origin) {
        Result<Login> result = verify(credentials, origin);
        if (!(credentials instanceof Credentials.None)
                && result.refusal()
                        .filter(refusal -> refusal.reason() == Reason.UNAUTHENTICATED)
                        .isPresent()) {
            throttle.failed(credentials, origin);
        }
        return result;
    }

    private Result<Login> verify(Credentials credentials, Origin origin) {
        if (credentials instanceof Credentials.None) {
            return anonymous(origin);
        }
        if (credentials instanceof Credentials.Token token) {
            return byToken(token, origin);
        }
        Optional<Owned> found = credentials instanceof Credentials.CurveKey key
                ? currentUsers.get().owning(Kind.CURVE_KEY, HexFormat.of().formatHex(key.key()))
                : currentUsers.get().owning(Kind.CERTIFICATE, ((Credentials.Certificate) credentials).sha256());
        return found.map(owned -> accept(owned, origin))
                .orElseGet(() -> refuse("", origin, "unknown " + kind(credentials)));
    }

    private Result<Login> byToken(Credentials.Token token, Origin origin) {
        byte[] bytes = token.token();
        String claimed = token.user().orElse("");
        if (bytes.length == 0 || bytes.length > MAX_TOKEN_BYTES) {
            return refuse(claimed, origin, "a token has from 1 to " + MAX_TOKEN_BYTES + " bytes");
        }
        Optional<Owned> found = currentUsers.get().owning(Kind.TOKEN, Hashes.sha256(bytes));
        if (found.isEmpty()) {
            return refuse(claimed, origin, "unknown token");
        }
        Owned owned = found.get();
        boolean isOwner = token.user().map(owned.owner().name()::equals).orElse(true);
        return isOwner ? accept(owned, origin) : refuse(claimed, origin, "the token is another user's");
    }

    private static String kind(Credentials credentials) {
        return credentials instanceof Credentials.CurveKey ? Kind.CURVE_KEY.word() : Kind.CERTIFICATE.word();
    }

    private Result<Login> accept(Owned owned, Origin origin) {
        String name = owned.owner().name();
        if (owned.owner().disabled()) {
            return refuse(name, origin, "the user is disabled");
        }
        if (!owned.credential().isValidAt(clock.instant())) {
            return refuse(name, origin, "the " + owned.credential().kind().word() + " has expired");
        }
        if (isAdminInClear(owned.owner().user(), origin)) {
            audit.refused(name, origin, "an administrator off loopback needs TLS or CURVE, or allowClearAdmin=true");
            return Result.refused(
                    Reason.FORBIDDEN,
                    "administrators can log in from another machine over TLS or CURVE only; DATAHUB_ALLOW_CLEAR_ADMIN=true"
                            + " allows it without encryption");
        }
        lastUsed.used(owned.credential().name());
        return Result.done(login(owned, origin));
    }

    private static Login login(Owned owned, Origin origin) {
        StoredCredential credential = owned.credential();
        Optional<String> label = Optional.of(credential.label()).filter(text -> !text.isEmpty());
        return new Login(owned.owner().user(), credential.name(), label, credential.expires(), origin);
    }

    private boolean isAdminInClear(User user, Origin origin) {
        return user.isAdmin() && !origin.confidential() && !origin.local() && !clearAdminAllowed;
    }

    /** Connecting without credentials is not a login attempt: it is neither counted nor logged. */
    private Result<Login> anonymous(Origin origin) {
        return anonymousUser()
                .map(user -> Result.done(new Login(user, NO_CREDENTIAL, Optional.empty(), Optional.empty(), origin)))
                .orElseGet(
                        () -> Result.refused(
                                Reason.UNAUTHENTICATED,
                                "credentials are required; an administrator can allow access without credentials with a user named anonymous"));
    }

    private Optional<User> anonymousUser() {
        return currentUsers
                .get()
                .named(User.ANONYMOUS)
                .filter(user -> !user.disabled())
                .map(StoredUser::user);
    }

    private Result<Login> refuse(String claimed, Origin origin, String reason) {
        audit.refused(audit.showable(claimed, currentUsers.get()), origin, reason);
        return Result.refused(
                Reason.UNAUTHENTICATED,
                "no user has these credentials, or they were revoked; an administrator can issue new ones");
    }

    @Override
    public Optional<Login> renew(Login login) {
        if (login.credential().equals(NO_CREDENTIAL)) {
            return anonymousUser()
                    .map(user -> new Login(user, NO_CREDENTIAL, Optional.empty(), Optional.empty(), login.origin())
                            .in(login.session()));
        }
        return currentUsers
                .get()
                .credential(login.credential())
                .filter(owned -> owned.owner().name().equals(login.user().name()))
                .filter(owned -> !owned.owner().disabled())
                .filter(owned -> owned.credential().isValidAt(clock.instant()))
                .filter(owned -> !isAdminInClear(owned.owner().user(), login.origin()))
                .map(owned -> login(owned, login.origin()).in(login.session()));
    }

    @Override
    public Duration failureDelay(Origin origin) {
        return throttle.delay(origin);
    }

    @Override
    public Duration failureDelay(Credentials credentials, Origin origin) {
        return throttle.delay(credentials, origin);
    }
}
