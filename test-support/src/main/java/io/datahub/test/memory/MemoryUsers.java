package io.datahub.test.memory;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.user.Authenticator;
import io.datahub.api.user.Credentials;
import io.datahub.api.user.Login;
import io.datahub.api.user.Origin;
import io.datahub.api.user.User;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Users and their credentials in memory. Credentials of a kind that is made {@link #late} are verified when the test
 * says so. Thread-safe.
 */
public final class MemoryUsers implements Authenticator {

    private static final String NO_CREDENTIAL = "none";

    private final Map<String, User> users = new ConcurrentHashMap<>();
    private final Map<String, String> owners = new ConcurrentHashMap<>(); // by credential
    private final Map<String, Instant> expiries = new ConcurrentHashMap<>(); // by credential
    private final Map<String, Duration> delays = new ConcurrentHashMap<>(); // by claimed user
    private final Map<String, CompletableFuture<Void>> late = new ConcurrentHashMap<>(); // by kind
    private final AtomicInteger attempts = new AtomicInteger();
    private volatile Duration delay = Duration.ZERO;

    /**
     * Adds or replaces a user.
     *
     * @param user the user
     * @return this
     */
    public MemoryUsers with(User user) {
        users.put(user.name(), user);
        return this;
    }

    /**
     * Adds a credential of a user; it logs in once there is a user of that name.
     *
     * @param user the owner's name
     * @param credentials as a client presents them; the user name that they claim is ignored
     * @return this
     */
    public MemoryUsers with(String user, Credentials credentials) {
        owners.put(name(credentials), user);
        return this;
    }

    /**
     * Adds a token of a user.
     *
     * @param user the owner's name
     * @param token the token
     * @return this
     */
    public MemoryUsers with(String user, String token) {
        return with(user, token(token));
    }

    /** Adds a token that expires, or changes its expiry. */
    MemoryUsers with(String user, String token, Optional<Instant> expires) {
        expires.ifPresent(end -> expiries.put(tokenName(token), end));
        return with(user, token);
    }

    void withoutToken(String token) {
        without(token(token));
    }

    /** What identifies a token in a login. */
    static String tokenName(String token) {
        return name(token(token));
    }

    List<User> all() {
        return List.copyOf(users.values());
    }

    private static Credentials token(String token) {
        return new Credentials.Token(Optional.empty(), token.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Removes a user; its credentials remain, for a user of the same name.
     *
     * @param user its name
     * @return this
     */
    public MemoryUsers without(String user) {
        users.remove(user);
        return this;
    }

    /**
     * Removes a credential.
     *
     * @param credentials as a client presents them
     * @return this
     */
    public MemoryUsers without(Credentials credentials) {
        owners.remove(name(credentials));
        return this;
    }

    /**
     * From now on, verifies credentials of a kind only when the returned future is completed.
     *
     * @param kind the kind
     * @return what to complete, on any thread
     */
    public CompletableFuture<Void> late(String kind) {
        return late.computeIfAbsent(kind, each -> new CompletableFuture<>());
    }

    /**
     * Delays the response to each failed login.
     *
     * @param length for how long
     */
    public void delayFailures(Duration length) {
        delay = length;
    }

    /**
     * Delays the response to failed logins that claim a user.
     *
     * @param user the claimed name
     * @param length for how long
     */
    public void delayFailures(String user, Duration length) {
        delays.put(user, length);
    }

    /**
     * How often somebody has tried to log in.
     *
     * @return the number
     */
    public int attempts() {
        return attempts.get();
    }

    /**
     * A login of a user without a credential, as it is after authentication.
     *
     * @param user its name
     * @param origin where the client connects from
     * @return the login
     */
    public Login login(String user, Origin origin) {
        return login(users.get(user), NO_CREDENTIAL, origin);
    }

    private Login login(User user, String credential, Origin origin) {
        return new Login(user, credential, Optional.empty(), Optional.ofNullable(expiries.get(credential)), origin);
    }

    private boolean isExpired(String credential) {
        return expiries.containsKey(credential) && !Instant.now().isBefore(expiries.get(credential));
    }

    /** What identifies a credential: by the secret itself, since these users are for tests. */
    private static String name(Credentials credentials) {
        if (credentials instanceof Credentials.Token token) {
            return "token:" + new String(token.token(), StandardCharsets.ISO_8859_1);
        }
        return credentials.kind() + ":" + credentials.publicId().orElse("");
    }

    @Override
    public CompletionStage<Result<Login>> authenticate(Credentials credentials, Origin origin) {
        attempts.incrementAndGet();
        CompletableFuture<Void> gate = late.get(credentials.kind());
        return gate == null
                ? CompletableFuture.completedFuture(verify(credentials, origin))
                : gate.thenApply(open -> verify(credentials, origin));
    }

    private Result<Login> verify(Credentials credentials, Origin origin) {
        boolean isAnonymous = credentials instanceof Credentials.None;
        String credential = isAnonymous ? NO_CREDENTIAL : name(credentials);
        String owner = isAnonymous ? User.ANONYMOUS : owners.getOrDefault(credential, "");
        User user = users.get(owner);
        if (user == null
                || isExpired(credential)
                || credentials.user().filter(claimed -> !claimed.equals(owner)).isPresent()) {
            return Result.refused(Reason.UNAUTHENTICATED, "no user has these credentials");
        }
        return isAdminInClear(user, origin)
                ? Result.refused(Reason.FORBIDDEN, "administrators need an encrypted connection")
                : Result.done(login(user, credential, origin));
    }

    private static boolean isAdminInClear(User user, Origin origin) {
        return user.isAdmin() && !origin.confidential() && !origin.local();
    }

    @Override
    public boolean isKnown(Credentials credentials, Origin origin) {
        return credentials.publicId().isPresent()
                && !verify(credentials, origin).isRefused();
    }

    @Override
    public void unproved(Credentials credentials, Origin origin) {
        attempts.incrementAndGet();
    }

    @Override
    public Optional<Login> renew(Login login) {
        String name = login.user().name();
        boolean isCurrent = login.credential().equals(NO_CREDENTIAL) || name.equals(owners.get(login.credential()));
        return Optional.ofNullable(users.get(name))
                .filter(user -> isCurrent && !isExpired(login.credential()) && !isAdminInClear(user, login.origin()))
                .map(user -> login(user, login.credential(), login.origin()).in(login.session()));
    }

    @Override
    public Duration failureDelay(Origin origin) {
        return delay;
    }

    @Override
    public Duration failureDelay(Credentials credentials, Origin origin) {
        String claimed = credentials.user().or(credentials::publicId).orElse("");
        return delays.getOrDefault(claimed, delay);
    }
}
