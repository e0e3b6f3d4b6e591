package io.datahub.jetty;

import io.datahub.api.user.Authenticator;
import io.datahub.api.user.Login;
import io.datahub.api.user.Origin;
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
 * The browser sessions: each stands for the credential that it was opened with and ends with that, after a time without a
 * request, and at a fixed age. Kept in memory alone, by the SHA-256 of their secrets. When there are too many, those of the
 * same user, then of all, that were used least recently end first. For any thread; never blocks for long.
 */
final class WebSessions {

    private static final int MOST_PER_USER = 100;
    private static final int SECRET_BYTES = 32;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Authenticator authenticator;
    private final LongSupplier nanoTime;

    /** By hash, the one used longest ago first. Guarded by this. */
    private final Map<String, Open> byHash = new LinkedHashMap<>();

    /** The hashes of each user's, the one used longest ago first. Guarded by this. */
    private final Map<String, Set<String>> byUser = new HashMap<>();

    private JettyConfiguration configuration; // guarded by this

    /** Times are those of {@link System#nanoTime}. */
    private record Open(Login login, long begun, long used) {}

    /**
     * Begins without sessions.
     *
     * @param authenticator says whether the credential of a session still holds
     */
    WebSessions(Authenticator authenticator, JettyConfiguration configuration, LongSupplier nanoTime) {
        this.authenticator = authenticator;
        this.configuration = configuration;
        this.nanoTime = nanoTime;
    }

    /** Takes other bounds; they hold for sessions that are open, too. */
    synchronized void configure(JettyConfiguration changed) {
        configuration = changed;
    }

    /**
     * Opens a session.
     *
     * @return its secret, which can't be had a second time
     */
    String open(Login login) {
        byte[] random = new byte[SECRET_BYTES];
        RANDOM.nextBytes(random);
        String secret = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
        long now = nanoTime.getAsLong();
        synchronized (this) {
            makeRoom(login.user().name(), now);
            put(hash(secret), new Open(login, now, now));
        }
        return secret;
    }

    /** Looks at the sessions of one user and at the head of all, not at everybody's. */
    private void makeRoom(String user, long now) {
        Set<String> own = byUser.getOrDefault(user, Set.of());
        List.copyOf(own).stream().filter(hash -> isOver(byHash.get(hash), now)).forEach(this::remove);
        while (own.size() >= MOST_PER_USER) {
            remove(own.iterator().next());
        }
        int most = Math.max(1, configuration.maxSessions());
        for (Iterator<String> oldest = byHash.keySet().iterator();
                oldest.hasNext();
                oldest = byHash.keySet().iterator()) {
            String hash = oldest.next();
            if (byHash.size() < most && !isOver(byHash.get(hash), now)) {
                return;
            }
            remove(hash);
        }
    }

    /** Puts a session, new or used again, behind all others. */
    private void put(String hash, Open open) {
        byHash.remove(hash);
        byHash.put(hash, open);
        Set<String> own = byUser.computeIfAbsent(open.login().user().name(), name -> new LinkedHashSet<>());
        own.remove(hash);
        own.add(hash);
    }

    private void remove(String hash) {
        Open open = byHash.remove(hash);
        if (open != null) {
            byUser.computeIfPresent(open.login().user().name(), (name, own) -> {
                own.remove(hash);
                return own.isEmpty() ? null : own;
            });
        }
    }

    private boolean isOver(Open open, long now) {
        return now - open.used() >= TimeUnit.MILLISECONDS.toNanos(configuration.sessionIdleMillis())
                || now - open.begun() >= TimeUnit.MILLISECONDS.toNanos(configuration.sessionMaxMillis());
    }

    /** The login as it stands now; empty if there is no such session, or its credential is gone, disabled or expired. */
    Optional<Login> login(String secret, Origin origin) {
        String hash = hash(secret);
        Login opened;
        long now = nanoTime.getAsLong();
        synchronized (this) {
            Open open = byHash.get(hash);
            if (open == null) {
                return Optional.empty();
            }
            if (isOver(open, now)) {
                remove(hash);
                return Optional.empty();
            }
            put(hash, new Open(open.login(), open.begun(), now));
            opened = open.login();
        }
        Optional<Login> renewed = authenticator.renew(
                new Login(opened.user(), opened.credential(), opened.label(), opened.expires(), origin));
        if (renewed.isEmpty()) {
            end(secret);
        }
        return renewed;
    }

    /** Ends a session, if there is such a one. */
    synchronized void end(String secret) {
        remove(hash(secret));
    }

    synchronized int size() {
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
