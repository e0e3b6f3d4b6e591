package io.datahub.auth;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.user.Authenticator;
import io.datahub.api.user.CredentialVerifier.Verified;
import io.datahub.api.user.Credentials;
import io.datahub.api.user.Login;
import io.datahub.api.user.Origin;
import io.datahub.api.user.User;
import io.datahub.auth.external.ExternalVerifiers;
import io.datahub.auth.users.StoredUser;
import io.datahub.auth.users.Users;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Authenticates against the current users, whoever verifies the credentials. Refusals are indistinguishable to the
 * client; the audit log has the reason. Thread-safe; never blocks.
 */
final class TokenAuthenticator implements Authenticator {

    private static final String NO_CREDENTIAL = "none";
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private final Supplier<Users> currentUsers;
    private final Identities identities;
    private final ExternalVerifiers verifiers;
    private final Consumer<Instant> expiry;
    private final Clock clock;
    private final AuditLog audit;
    private final LastUsedStore lastUsed;
    private final TokenLookups lookups;
    private final TokenLookups.Lookup latestUsers;
    private final Supplier<Optional<Refusal>> outage;
    private volatile LoginThrottle throttle;
    private volatile boolean clearAdminAllowed;
    private volatile Duration maxExternalLogin;

    /**
     * @param expiry is told when a login expires whose credential a verifier has accepted
     * @param lookups looks for tokens of other hubs
     * @param latestUsers waits until the users are those that other hubs have by now
     * @param outage why nobody can be let in at present
     */
    TokenAuthenticator(
            Supplier<Users> currentUsers,
            Identities identities,
            ExternalVerifiers verifiers,
            Consumer<Instant> expiry,
            Clock clock,
            AuditLog audit,
            LastUsedStore lastUsed,
            TokenLookups lookups,
            TokenLookups.Lookup latestUsers,
            Supplier<Optional<Refusal>> outage,
            AuthConfiguration configuration) {
        this.currentUsers = currentUsers;
        this.identities = identities;
        this.verifiers = verifiers;
        this.expiry = expiry;
        this.clock = clock;
        this.audit = audit;
        this.lastUsed = lastUsed;
        this.lookups = lookups;
        this.latestUsers = latestUsers;
        this.outage = outage;
        configure(configuration);
    }

    /** Applies settings; counted failures are reset. */
    void configure(AuthConfiguration configuration) {
        throttle = new LoginThrottle(configuration, System::nanoTime);
        clearAdminAllowed = configuration.allowClearAdmin();
        maxExternalLogin = Duration.ofMillis(configuration.maxExternalLoginMillis());
    }

    @Override
    public CompletionStage<Result<Login>> authenticate(Credentials credentials, Origin origin) {
        Optional<Refusal> closed = outage.get();
        if (closed.isPresent()) {
            return CompletableFuture.completedFuture(Result.refused(closed.get()));
        }
        if (credentials instanceof Credentials.None) {
            return CompletableFuture.completedFuture(anonymous(origin));
        }
        Optional<Identity> found = identities.of(credentials);
        Optional<String> elsewhere = identities.elsewhere(credentials, found);
        if (elsewhere.isPresent()) {
            return lookups.start(origin, !throttle.delay(origin).isZero(), () -> look(elsewhere.get()))
                    .thenCompose(done -> authenticate(credentials, origin, identities.of(credentials)))
                    .exceptionally(failure -> failed(credentials, origin, failure));
        }
        return authenticate(credentials, origin, found);
    }

    /** Looks for a token that another hub may have issued: in users that aren't known here yet, or a short-lived one. */
    private void look(String name) throws IOException {
        latestUsers.run();
        identities.look(name);
    }

    private CompletionStage<Result<Login>> authenticate(
            Credentials credentials, Origin origin, Optional<Identity> found) {
        if (found.isPresent()) {
            return CompletableFuture.completedFuture(
                    countFailure(credentials, origin, accept(credentials, origin, found)));
        }
        Optional<Credentials> external = external(credentials);
        return external.isPresent()
                ? verifiers
                        .verify(external.get(), origin)
                        .thenApply(verified ->
                                countFailure(credentials, origin, toLogin(external.get(), origin, verified)))
                        .exceptionally(failure -> failed(credentials, origin, failure))
                : CompletableFuture.completedFuture(countFailure(
                        credentials, origin, refuse(credentials, origin, "unknown " + credentials.kind())));
    }

    /**
     * What a verifier is asked: another kind of credentials, or a token that may be an external one; empty for none.
     */
    private Optional<Credentials> external(Credentials credentials) {
        if (credentials instanceof Credentials.Token token) {
            return verifiers.handles(Credentials.ExternalToken.KIND)
                    ? Credentials.ExternalToken.of(token.user(), token.token()).map(jwt -> jwt)
                    : Optional.empty();
        }
        return verifiers.handles(credentials.kind()) ? Optional.of(credentials) : Optional.empty();
    }

    private Result<Login> toLogin(Credentials credentials, Origin origin, Result<Verified> verified) {
        if (!verified.isRefused()) {
            Result<Login> login =
                    accept(credentials, origin, identities.of(credentials.kind(), limited(verified.get())));
            return login.then(accepted -> {
                accepted.expires().ifPresent(expiry);
                return login;
            });
        }
        String reason = verified.refusal().orElseThrow().detail();
        Result<Login> refused = refuse(credentials, origin, reason);
        return verified.refusal().orElseThrow().reason() == Reason.UNAVAILABLE
                ? unavailable(verified.refusal().orElseThrow().retryAfter())
                : refused;
    }

    /** The same with an end, so that a verifier is asked again from time to time. */
    private Verified limited(Verified verified) {
        Instant latest = clock.instant().plus(maxExternalLogin);
        return verified.expires().isBefore(latest)
                ? verified
                : new Verified(verified.user(), verified.id(), verified.label(), latest, verified.rule());
    }

    private Result<Login> failed(Credentials credentials, Origin origin, Throwable failure) {
        refuse(credentials, origin, "the verification failed: " + failure);
        return unavailable(RETRY_AFTER);
    }

    private static Result<Login> unavailable(Duration retryAfter) {
        return Result.refused(
                Refusal.unavailable("the credentials can't be verified at the moment; try again", retryAfter));
    }

    private Result<Login> countFailure(Credentials credentials, Origin origin, Result<Login> result) {
        if (result.refusal()
                .filter(refusal -> refusal.reason() == Reason.UNAUTHENTICATED)
                .isPresent()) {
            throttle.failed(credentials, origin);
        }
        return result;
    }

    private Result<Login> accept(Credentials credentials, Origin origin, Optional<Identity> found) {
        if (found.isEmpty()) {
            return refuse(credentials, origin, "there is no such user or trust rule any more");
        }
        Identity identity = found.get();
        String name = identity.owner().name();
        if (credentials.user().filter(claimed -> !claimed.equals(name)).isPresent()) {
            return refuse(credentials, origin, "the " + identity.kind() + " is another user's");
        }
        if (identity.owner().disabled()) {
            return refuse(name, origin, "the user is disabled");
        }
        if (!identity.isValidAt(clock.instant())) {
            return refuse(name, origin, "the " + identity.kind() + " has expired");
        }
        if (isAdminInClear(identity.owner().user(), origin)) {
            audit.refused(
                    name, origin, "an administrator on another machine needs TLS or CURVE, or allowClearAdmin=true");
            return Result.refused(
                    Reason.FORBIDDEN,
                    "administrators can log in from another machine over TLS or CURVE only; "
                            + "DATAHUB_ALLOW_CLEAR_ADMIN=true"
                            + " allows it without encryption");
        }
        lastUsed.used(identity.credential());
        return Result.done(identity.login(origin, Optional.empty()));
    }

    private boolean isAdminInClear(User user, Origin origin) {
        return user.isAdmin() && !origin.confidential() && !origin.local() && !clearAdminAllowed;
    }

    @Override
    public boolean isKnown(Credentials credentials, Origin origin) {
        return credentials.publicId().isPresent()
                && identities
                        .of(credentials)
                        .filter(identity -> credentials
                                .user()
                                .filter(claimed ->
                                        !claimed.equals(identity.owner().name()))
                                .isEmpty())
                        .filter(identity -> isUsable(identity, origin))
                        .isPresent();
    }

    @Override
    public void unproved(Credentials credentials, Origin origin) {
        countFailure(
                credentials,
                origin,
                refuse(credentials, origin, "no proof that the client has the " + credentials.kind()));
    }

    private boolean isUsable(Identity identity, Origin origin) {
        return !identity.owner().disabled()
                && identity.isValidAt(clock.instant())
                && !isAdminInClear(identity.owner().user(), origin);
    }

    /** Connecting without credentials is not a login attempt: it is neither counted nor logged. */
    private Result<Login> anonymous(Origin origin) {
        return anonymousUser()
                .map(user -> Result.done(new Login(user, NO_CREDENTIAL, Optional.empty(), Optional.empty(), origin)))
                .orElseGet(() -> Result.refused(
                        Reason.UNAUTHENTICATED,
                        "credentials are required; an administrator can allow access without credentials "
                                + "with a user named anonymous"));
    }

    private Optional<User> anonymousUser() {
        return currentUsers
                .get()
                .named(User.ANONYMOUS)
                .filter(user -> !user.disabled())
                .map(StoredUser::user);
    }

    private Result<Login> refuse(Credentials credentials, Origin origin, String reason) {
        return refuse(credentials.user().orElse(""), origin, reason);
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
        return identities
                .of(login)
                .filter(identity -> isUsable(identity, login.origin()))
                .map(identity -> identity.login(login.origin(), login.session()));
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
