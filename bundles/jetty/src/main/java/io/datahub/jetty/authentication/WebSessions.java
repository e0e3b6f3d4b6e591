package io.datahub.jetty.authentication;

import io.datahub.api.Sha256;
import io.datahub.api.user.Login;
import io.datahub.api.user.LoginSession;
import io.datahub.api.user.Origin;
import io.datahub.jetty.JettyConfiguration;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The browser sessions: each is bound to the credential that it was opened with and ends when the credential becomes
 * invalid, after an idle timeout, and at a maximum age. Kept in memory only, keyed by the SHA-256 of their secrets. At
 * the limit, the least recently used sessions of the same user are evicted first, then those of all users. Thread-safe;
 * never blocks for long.
 */
public final class WebSessions {

    private static final int MAX_PER_USER = 100;
    private static final int SECRET_BYTES = 32;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final CurrentAuthenticator authenticator;
    private final LongSupplier nanoTime;

    /** By hash, least recently used first. Guarded by this. */
    private final Map<String, Session> byHash = new LinkedHashMap<>();

    /** The hashes by user, least recently used first. Guarded by this. */
    private final Map<String, Set<String>> byUser = new HashMap<>();

    private JettyConfiguration configuration; // guarded by this

    /** Times are values of {@link System#nanoTime}. */
    private record Session(Login login, long opened, long lastUsed) {}

    /**
     * Creates an empty registry.
     *
     * @param authenticator checks whether the credential of a session is still valid
     */
    public WebSessions(CurrentAuthenticator authenticator, JettyConfiguration configuration, LongSupplier nanoTime) {
        this.authenticator = authenticator;
        this.configuration = configuration;
        this.nanoTime = nanoTime;
    }

    /** Applies new limits, also to open sessions. */
    public synchronized void configure(JettyConfiguration changed) {
        configuration = changed;
    }

    /**
     * Opens a session.
     *
     * @return its secret, which can't be retrieved again
     */
    public String open(Login login) {
        byte[] random = new byte[SECRET_BYTES];
        RANDOM.nextBytes(random);
        String secret = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
        long now = nanoTime.getAsLong();
        List<LoginSession> evicted = new ArrayList<>();
        synchronized (this) {
            evict(login.user().name(), now, evicted);
            put(Sha256.hex(secret), new Session(login.in(Optional.of(new LoginSession())), now, now));
        }
        evicted.forEach(LoginSession::end);
        return secret;
    }

    /** Checks only the sessions of the user and the oldest ones of all users. */
    private void evict(String user, long now, List<LoginSession> evicted) {
        Set<String> userHashes = byUser.getOrDefault(user, Set.of());
        List.copyOf(userHashes).stream()
                .filter(hash -> isExpired(byHash.get(hash), now))
                .forEach(hash -> evicted.addAll(remove(hash)));
        while (userHashes.size() >= MAX_PER_USER) {
            evicted.addAll(remove(userHashes.iterator().next()));
        }
        int max = Math.max(1, configuration.maxSessions());
        for (Iterator<String> oldest = byHash.keySet().iterator();
                oldest.hasNext();
                oldest = byHash.keySet().iterator()) {
            String hash = oldest.next();
            if (byHash.size() < max && !isExpired(byHash.get(hash), now)) {
                return;
            }
            evicted.addAll(remove(hash));
        }
    }

    /** Adds a session or moves it to the end, as the most recently used. */
    private void put(String hash, Session session) {
        byHash.remove(hash);
        byHash.put(hash, session);
        Set<String> userHashes = byUser.computeIfAbsent(session.login().user().name(), name -> new LinkedHashSet<>());
        userHashes.remove(hash);
        userHashes.add(hash);
    }

    /** Removes a session and returns what must be ended without the lock. */
    private List<LoginSession> remove(String hash) {
        Session session = byHash.remove(hash);
        if (session == null) {
            return List.of();
        }
        byUser.computeIfPresent(session.login().user().name(), (name, userHashes) -> {
            userHashes.remove(hash);
            return userHashes.isEmpty() ? null : userHashes;
        });
        return session.login().session().stream().toList();
    }

    private boolean isExpired(Session session, long now) {
        return now - session.lastUsed() >= TimeUnit.MILLISECONDS.toNanos(configuration.sessionIdleMillis())
                || now - session.opened() >= TimeUnit.MILLISECONDS.toNanos(configuration.sessionMaxMillis());
    }

    /** The current login; empty if there is no such session, or its credential was removed, disabled or has expired. */
    public Optional<Login> login(String secret, Origin origin) {
        Optional<Login> login = use(Sha256.hex(secret));
        Optional<Login> renewed = login.flatMap(opened -> authenticator.renew(opened.from(origin)));
        if (renewed.isEmpty()) {
            end(secret);
        }
        return renewed;
    }

    /** The login of a session, which is now the most recently used one; empty if there is none or it has expired. */
    private synchronized Optional<Login> use(String hash) {
        Session session = byHash.get(hash);
        long now = nanoTime.getAsLong();
        if (session == null || isExpired(session, now)) {
            return Optional.empty();
        }
        put(hash, new Session(session.login(), session.opened(), now));
        return Optional.of(session.login());
    }

    /** Ends a session and what was opened with it; a no-op if there is none. */
    public void end(String secret) {
        List<LoginSession> ended;
        synchronized (this) {
            ended = remove(Sha256.hex(secret));
        }
        ended.forEach(LoginSession::end);
    }

    public synchronized int size() {
        return byHash.size();
    }
}
