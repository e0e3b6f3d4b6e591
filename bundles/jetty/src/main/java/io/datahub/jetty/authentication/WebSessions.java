package io.datahub.jetty.authentication;

import io.datahub.api.user.Authenticator;
import io.datahub.api.user.Login;
import io.datahub.api.user.Origin;
import io.datahub.jetty.JettyConfiguration;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
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

    private final Authenticator authenticator;
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
    public WebSessions(Authenticator authenticator, JettyConfiguration configuration, LongSupplier nanoTime) {
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
        synchronized (this) {
            evict(login.user().name(), now);
            put(hash(secret), new Session(login, now, now));
        }
        return secret;
    }

    /** Checks only the sessions of the user and the oldest ones of all users. */
    private void evict(String user, long now) {
        Set<String> userHashes = byUser.getOrDefault(user, Set.of());
        List.copyOf(userHashes).stream()
                .filter(hash -> isExpired(byHash.get(hash), now))
                .forEach(this::remove);
        while (userHashes.size() >= MAX_PER_USER) {
            remove(userHashes.iterator().next());
        }
        int max = Math.max(1, configuration.maxSessions());
        for (Iterator<String> oldest = byHash.keySet().iterator();
                oldest.hasNext();
                oldest = byHash.keySet().iterator()) {
            String hash = oldest.next();
            if (byHash.size() < max && !isExpired(byHash.get(hash), now)) {
                return;
            }
            remove(hash);
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

    private void remove(String hash) {
        Session session = byHash.remove(hash);
        if (session != null) {
            byUser.computeIfPresent(session.login().user().name(), (name, userHashes) -> {
                userHashes.remove(hash);
                return userHashes.isEmpty() ? null : userHashes;
            });
        }
    }

    private boolean isExpired(Session session, long now) {
        return now - session.lastUsed() >= TimeUnit.MILLISECONDS.toNanos(configuration.sessionIdleMillis())
                || now - session.opened() >= TimeUnit.MILLISECONDS.toNanos(configuration.sessionMaxMillis());
    }

    /** The current login; empty if there is no such session, or its credential was removed, disabled or has expired. */
    public Optional<Login> login(String secret, Origin origin) {
        String hash = hash(secret);
        Login login;
        long now = nanoTime.getAsLong();
        synchronized (this) {
            Session session = byHash.get(hash);
            if (session == null) {
                return Optional.empty();
            }
            if (isExpired(session, now)) {
                remove(hash);
                return Optional.empty();
            }
            put(hash, new Session(session.login(), session.opened(), now));
            login = session.login();
        }
        Optional<Login> renewed = authenticator.renew(
                new Login(login.user(), login.credential(), login.label(), login.expires(), origin));
        if (renewed.isEmpty()) {
            end(secret);
        }
        return renewed;
    }

    /** Ends a session; a no-op if there is none. */
    public synchronized void end(String secret) {
        remove(hash(secret));
    }

    public synchronized int size() {
        return byHash.size();
    }

    private static String hash(String secret) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(secret.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
