package io.datahub.jetty.authentication;

import io.datahub.api.Sha256;
import io.datahub.api.cluster.ClusterView;
import io.datahub.api.state.AdapterState;
import io.datahub.api.user.Login;
import io.datahub.api.user.LoginSession;
import io.datahub.api.user.Origin;
import io.datahub.jetty.JettyConfiguration;
import java.security.SecureRandom;
import java.time.Duration;
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
 * invalid, after an idle timeout, and at a maximum age. Kept in memory only, keyed by the SHA-256 of their secrets, and in
 * a cluster also in the state that all hubs share. At the limit, the least recently used sessions of the same user are
 * evicted first, then those of all users; limits are those of each hub. Thread-safe; blocks only if sessions are shared.
 */
public final class WebSessions {

    private static final int MAX_PER_USER = 100;
    private static final int SECRET_BYTES = 32;

    /** How often within the idle timeout other hubs are told that a session is used. */
    private static final int CONFIRMATIONS = 8;

    /** How much later than another hub this one knows a new credential, at most. */
    private static final long MAX_LAG_NANOS = TimeUnit.SECONDS.toNanos(5);

    private static final SecureRandom RANDOM = new SecureRandom();

    private final CurrentAuthenticator authenticator;
    private final LongSupplier nanoTime;

    /** By hash, least recently used first. Guarded by this. */
    private final Map<String, Session> byHash = new LinkedHashMap<>();

    /** The hashes by user, least recently used first. Guarded by this. */
    private final Map<String, Set<String>> byUser = new HashMap<>();

    private JettyConfiguration configuration; // guarded by this

    /** The sessions of all hubs; null if this hub is alone. */
    private volatile SharedSessions shared;

    /**
     * Times are values of {@link System#nanoTime}.
     *
     * @param confirmed when other hubs were last told that it is used
     */
    private record Session(Login login, long opened, long lastUsed, long confirmed) {}

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
     * Shares the sessions with the other hubs of a cluster, until {@link #unshare}.
     *
     * @param state where they are kept
     */
    public synchronized void share(ClusterView view, AdapterState state) {
        unshare();
        shared = new SharedSessions(view, state, this::known, this::endHere);
    }

    /** Shares the sessions no more; those of this hub go on. */
    public synchronized void unshare() {
        if (shared != null) {
            shared.close();
            shared = null;
        }
    }

    /** Whether sessions are shared, so that looking for one may block. */
    boolean isShared() {
        return shared != null;
    }

    private synchronized Set<String> known() {
        return Set.copyOf(byHash.keySet());
    }

    /** Ends sessions at this hub only. */
    private void endHere(Set<String> hashes) {
        Map<String, Session> ended = new HashMap<>();
        synchronized (this) {
            hashes.forEach(hash -> remove(hash, ended));
        }
        end(ended);
    }

    private static void end(Map<String, Session> sessions) {
        sessions.values().forEach(session -> session.login().session().ifPresent(LoginSession::end));
    }

    /**
     * Opens a session.
     *
     * @return its secret, which can't be retrieved again
     * @throws java.io.UncheckedIOException if it can't be shared
     */
    public String open(Login login) {
        byte[] random = new byte[SECRET_BYTES];
        RANDOM.nextBytes(random);
        String secret = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
        String hash = Sha256.hex(secret);
        SharedSessions others = shared;
        if (others != null) {
            others.add(hash, login, left(Duration.ZERO));
        }
        Set<String> surplus = putNew(hash, login, Duration.ZERO);
        if (others != null) {
            others.end(surplus);
        }
        return secret;
    }

    /**
     * Adds a session, and removes those from memory that have to make room for it.
     *
     * @return those that are too many of one user, and end at all hubs; the others may be in use at another one
     */
    private Set<String> putNew(String hash, Login login, Duration age) {
        long now = nanoTime.getAsLong();
        long opened = now - age.toNanos();
        Map<String, Session> evicted = new HashMap<>();
        Set<String> surplus;
        synchronized (this) {
            surplus = evict(login.user().name(), now, evicted);
            put(hash, new Session(login.in(Optional.of(new LoginSession())), opened, now, opened));
        }
        end(evicted);
        return surplus;
    }

    /** How much longer a session of this age may be unused. */
    private synchronized Duration left(Duration age) {
        Duration idle = Duration.ofMillis(configuration.sessionIdleMillis());
        Duration longest = Duration.ofMillis(configuration.sessionMaxMillis()).minus(age);
        return idle.compareTo(longest) < 0 ? idle : longest;
    }

    /**
     * Checks only the sessions of the user and the oldest ones of all users.
     *
     * @param evicted all that were removed
     * @return those of them that were too many of the user
     */
    private Set<String> evict(String user, long now, Map<String, Session> evicted) {
        Set<String> userHashes = byUser.getOrDefault(user, Set.of());
        List.copyOf(userHashes).stream()
                .filter(hash -> isExpired(byHash.get(hash), now))
                .forEach(hash -> remove(hash, evicted));
        Set<String> surplus = new LinkedHashSet<>();
        while (userHashes.size() >= MAX_PER_USER) {
            String leastUsed = userHashes.iterator().next();
            remove(leastUsed, evicted);
            surplus.add(leastUsed);
        }
        int max = Math.max(1, configuration.maxSessions());
        for (Iterator<String> oldest = byHash.keySet().iterator();
                oldest.hasNext();
                oldest = byHash.keySet().iterator()) {
            String hash = oldest.next();
            if (byHash.size() < max && !isExpired(byHash.get(hash), now)) {
                return surplus;
            }
            remove(hash, evicted);
        }
        return surplus;
    }

    /** Adds a session or moves it to the end, as the most recently used. */
    private void put(String hash, Session session) {
        byHash.remove(hash);
        byHash.put(hash, session);
        Set<String> userHashes = byUser.computeIfAbsent(session.login().user().name(), name -> new LinkedHashSet<>());
        userHashes.remove(hash);
        userHashes.add(hash);
    }

    /** Removes a session; what was opened with it must be ended without the lock. */
    private void remove(String hash, Map<String, Session> removed) {
        Session session = byHash.remove(hash);
        if (session == null) {
            return;
        }
        removed.put(hash, session);
        byUser.computeIfPresent(session.login().user().name(), (name, userHashes) -> {
            userHashes.remove(hash);
            return userHashes.isEmpty() ? null : userHashes;
        });
    }

    private boolean isExpired(Session session, long now) {
        return now - session.lastUsed() >= TimeUnit.MILLISECONDS.toNanos(configuration.sessionIdleMillis())
                || now - session.opened() >= TimeUnit.MILLISECONDS.toNanos(configuration.sessionMaxMillis());
    }

    /**
     * The current login; empty if there is no such session, or its credential was removed, disabled or has expired, or
     * this hub doesn't know at present who has access.
     *
     * @throws java.io.UncheckedIOException if it can't be looked for at other hubs
     */
    public Optional<Login> login(String secret, Origin origin) {
        SharedSessions others = shared;
        if (others != null && !others.isUsable()) {
            return Optional.empty();
        }
        String hash = Sha256.hex(secret);
        Optional<Session> session = use(hash);
        if (others != null
                && session.filter(known -> isConfirmed(known, others)).isEmpty()) {
            return confirm(others, hash, origin);
        }
        Optional<Login> renewed = renew(session, origin);
        if (renewed.isEmpty() && session.filter(known -> isNew(known, others)).isEmpty()) {
            endHere(Set.of(hash));
        }
        return renewed;
    }

    private Optional<Login> renew(Optional<Session> session, Origin origin) {
        return session.flatMap(known -> authenticator.renew(known.login().from(origin)));
    }

    private boolean isConfirmed(Session session, SharedSessions others) {
        return others.isCurrent() && !isDue(session);
    }

    /** Whether other hubs must be told that a session is used. */
    private boolean isDue(Session session) {
        return nanoTime.getAsLong() - session.confirmed() >= left(Duration.ZERO).toNanos() / CONFIRMATIONS;
    }

    /** Whether the credential of a session may be so new that only another hub knows it. */
    private boolean isNew(Session session, SharedSessions others) {
        return others != null && nanoTime.getAsLong() - session.opened() < MAX_LAG_NANOS;
    }

    /**
     * Asks whether a session has ended at another hub, and says that it is used. It doesn't end at the others because its
     * credential is unknown here: they may know more.
     */
    private Optional<Login> confirm(SharedSessions others, String hash, Origin origin) {
        Set<String> surplus = new LinkedHashSet<>();
        Optional<SharedSessions.Found> found = others.copy(hash, origin, copied -> surplus.addAll(adopt(hash, copied)));
        others.end(surplus);
        Optional<Session> session = found.flatMap(copied -> use(hash));
        Optional<Login> renewed = renew(session, origin);
        if (renewed.isEmpty()) {
            if (session.filter(known -> isNew(known, others)).isEmpty()) {
                endHere(Set.of(hash));
            }
            return renewed;
        }
        if (isDue(session.orElseThrow())) {
            if (!others.extend(found.orElseThrow(), left(found.orElseThrow().age()))) {
                endHere(Set.of(hash));
                return Optional.empty();
            }
            confirmed(hash);
        }
        return renewed;
    }

    /** Adds a session that another hub has opened, or knows that this one is in use. */
    private Set<String> adopt(String hash, SharedSessions.Found found) {
        synchronized (this) {
            Session known = byHash.get(hash);
            if (known != null) {
                put(hash, new Session(known.login(), known.opened(), nanoTime.getAsLong(), known.confirmed()));
                return Set.of();
            }
        }
        return putNew(hash, found.login(), found.age());
    }

    private synchronized void confirmed(String hash) {
        byHash.computeIfPresent(
                hash,
                (key, known) -> new Session(known.login(), known.opened(), known.lastUsed(), nanoTime.getAsLong()));
    }

    /** A session, which is now the most recently used one; empty if there is none or it has expired. */
    private synchronized Optional<Session> use(String hash) {
        Session session = byHash.get(hash);
        long now = nanoTime.getAsLong();
        if (session == null || isExpired(session, now)) {
            return Optional.empty();
        }
        put(hash, new Session(session.login(), session.opened(), now, session.confirmed()));
        return Optional.of(session);
    }

    /**
     * Ends a session and what was opened with it; a no-op if there is none.
     *
     * @throws java.io.UncheckedIOException if other hubs may not know it
     */
    public void end(String secret) {
        String hash = Sha256.hex(secret);
        endHere(Set.of(hash));
        SharedSessions others = shared;
        if (others != null) {
            others.end(List.of(hash));
        }
    }

    public synchronized int size() {
        return byHash.size();
    }
}
