package io.datahub.auth.shortlived;

import io.datahub.api.Home;
import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.log.LogText;
import io.datahub.api.state.AdapterState;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The short-lived tokens, kept by their hashes: in the hub's state, or in the state that the hubs of a cluster share.
 * Their number is bounded, for each user and in total. Changes that several threads make while others are saved are
 * saved together. Thread-safe.
 */
public final class ShortLivedTokens implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ShortLivedTokens.class);
    private static final int MAX_PER_USER = 10_000;
    private static final int MAX_TOTAL = 50_000;
    private static final int MAX_GONE = 10_000;
    private static final long SHOWN_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final TokenMedium medium; // written under writing
    private final Clock clock;
    private final Object writing = new Object();
    private final Consumer<Instant> expiry;
    private final Runnable ended;
    private final Map<String, ShortLivedToken> byName = new ConcurrentHashMap<>(); // written under this
    private final Map<String, Integer> counts = new HashMap<>(); // by user; guarded by this

    // Since they were saved; guarded by this.
    private final List<ShortLivedToken> added = new ArrayList<>();
    private final List<ShortLivedToken> removed = new ArrayList<>();

    /** The names of added tokens that aren't known to be saved. Guarded by this. */
    private final Set<String> unsaved = new HashSet<>();

    /** The names of tokens that are gone, the latest ones, so that nobody looks for them. Guarded by this. */
    private final Set<String> gone = new LinkedHashSet<>();

    /** When the tokens were last read to show them. */
    private final AtomicLong shown = new AtomicLong(System.nanoTime() - SHOWN_NANOS);

    /** The names of tokens that the present users don't allow; looked for again once the users change. Guarded by this. */
    private final Set<String> disallowed = new HashSet<>();

    private final UnknownNames unknown = new UnknownNames(System::nanoTime);

    private long changes; // guarded by this
    private long saved; // guarded by writing

    /** What ends a token with its session; equal for the same token. */
    private record SessionEnd(ShortLivedTokens tokens, ShortLivedToken token) implements Runnable {
        @Override
        public void run() {
            tokens.remove(token);
            tokens.ended.run();
        }
    }

    /**
     * Reads the tokens.
     *
     * @param shared the state that this hub shares with others; empty if it is alone
     * @param expiry told when a token expires, once it is known here
     * @param ended called when tokens have ended with their session, or at another hub
     */
    public ShortLivedTokens(
            Home home, Optional<AdapterState> shared, Clock clock, Consumer<Instant> expiry, Runnable ended) {
        this.expiry = expiry;
        this.ended = ended;
        this.clock = clock;
        this.medium = shared.<TokenMedium>map(
                        state -> new SharedTokens(state, clock, this::saved, this::endedElsewhere))
                .orElseGet(() -> new ShortLivedFile(home.state().resolve("short-lived-tokens")));
        try {
            load(token -> true);
        } catch (IOException e) {
            LOG.warn("event=auth.short-lived.read-failed reason={}", LogText.quoted(e.toString()));
        }
    }

    /** Also knows the tokens that others have added, if they are to be kept. */
    private void load(Predicate<ShortLivedToken> keep) throws IOException {
        medium.read(token -> know(token, keep));
    }

    private synchronized void know(ShortLivedToken token, Predicate<ShortLivedToken> keep) {
        if (token.isValidAt(clock.instant())
                && keep.test(token)
                && !gone.contains(token.name())) { // hasn't ended here since it was read
            insert(token);
        }
    }

    private void insert(ShortLivedToken token) {
        if (byName.putIfAbsent(token.name(), token) == null) {
            counts.merge(token.user(), 1, Integer::sum);
            expiry.accept(token.expires());
        }
    }

    private void put(ShortLivedToken token) {
        insert(token);
        if (token.session().isEmpty()) {
            added.add(token);
            unsaved.add(token.name());
        }
        changes++;
    }

    /** @param isRecorded whether the medium is told */
    private void delete(ShortLivedToken token, boolean isRecorded) {
        if (forget(token)) {
            gone.add(token.name());
            if (gone.size() > MAX_GONE) {
                gone.remove(gone.iterator().next());
            }
            if (isRecorded && token.session().isEmpty()) {
                removed.add(token);
            }
        }
    }

    /** Removes a token from memory only. */
    private boolean forget(ShortLivedToken token) {
        if (!byName.remove(token.name(), token)) {
            return false;
        }
        counts.computeIfPresent(token.user(), (user, count) -> count == 1 ? null : count - 1);
        token.session().ifPresent(session -> session.remove(new SessionEnd(this, token)));
        unsaved.remove(token.name());
        added.remove(token);
        changes++;
        return true;
    }

    /**
     * Adds a token: durably, unless it ends with a session.
     *
     * @return a refusal if there are too many
     */
    public Optional<Refusal> add(ShortLivedToken token) throws IOException {
        long change;
        synchronized (this) {
            if (isFull(token.user())) {
                purgeExpired();
            }
            if (isFull(token.user())) {
                return Optional.of(tooMany());
            }
            put(token);
            change = changes;
        }
        if (token.session().isPresent()) {
            token.session().get().onEnd(new SessionEnd(this, token));
            return Optional.empty();
        }
        try {
            save(change);
        } catch (TokenMedium.MediumFullException e) {
            remove(token);
            return Optional.of(tooMany());
        } catch (IOException e) {
            remove(token);
            throw e;
        }
        return Optional.empty();
    }

    private static Refusal tooMany() {
        return new Refusal(
                Reason.TOO_MANY,
                "there are too many short-lived tokens of this user, or of all users; revoke some, or wait until they"
                        + " expire",
                List.of(),
                Duration.ofMinutes(1));
    }

    private boolean isFull(String user) {
        return byName.size() >= MAX_TOTAL || counts.getOrDefault(user, 0) >= MAX_PER_USER;
    }

    /** Removes a token; not durable before {@link #save}. */
    public synchronized void remove(ShortLivedToken token) {
        delete(token, true);
    }

    /**
     * Removes the tokens that aren't to be kept; not durable before {@link #save}. In a cluster the other hubs decide for
     * themselves: they may know the users better.
     */
    public synchronized void purge(Predicate<ShortLivedToken> keep) {
        List<ShortLivedToken> unwanted = new ArrayList<>(byName.values());
        unwanted.removeIf(keep);
        disallowed.clear();
        for (ShortLivedToken token : unwanted) {
            if (isShared()) {
                forget(token);
                disallowed.add(token.name());
            } else {
                delete(token, true);
            }
        }
    }

    /** Removes the tokens that have expired; not durable before {@link #save}. */
    public synchronized void purgeExpired() {
        Instant now = clock.instant();
        List<ShortLivedToken> expired = new ArrayList<>(byName.values());
        expired.removeIf(token -> token.isValidAt(now));
        expired.forEach(token -> delete(token, !medium.expires()));
    }

    /** Finds a token by the SHA-256 of its secret, in lower-case hexadecimal, if this hub knows it. */
    public Optional<ShortLivedToken> find(String sha256) {
        return named(ShortLivedToken.name(sha256)).filter(token -> token.hasHash(sha256));
    }

    /** Finds a token by the identifier kept in a login, if this hub knows it. */
    public Optional<ShortLivedToken> named(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /** Whether tokens that other hubs have ended within the last second may still be known. */
    public boolean isCurrent() {
        return medium.isCurrent();
    }

    /** Whether other hubs may have tokens that this one doesn't know. */
    public boolean isShared() {
        return medium.expires();
    }

    /** Whether another hub may have added or ended this token: it isn't known that none has it. */
    public boolean mayBeElsewhere(String name) {
        synchronized (this) {
            if (gone.contains(name) || unsaved.contains(name) || disallowed.contains(name)) {
                return false;
            }
        }
        return !unknown.contains(name);
    }

    /**
     * Looks for a token that another hub may have added or ended. Blocks.
     *
     * @param name as kept in a login
     * @param keep whether its owner still has the credential that it was made with
     */
    public void look(String name, Predicate<ShortLivedToken> keep) throws IOException {
        if (mayBeElsewhere(name)
                && medium.find(name, token -> know(token, keep)).isEmpty()) {
            unknown.add(name);
            endedElsewhere(Set.of(name));
        }
    }

    /** Also knows all tokens that other hubs have added, if they are to be kept. Blocks. */
    public void refresh(Predicate<ShortLivedToken> keep) throws IOException {
        if (isShared()) {
            load(keep);
        }
    }

    /**
     * The same for who only shows the tokens: at most once a second, and not while the hub can't tell which have ended, so
     * that health checks don't wait for a ledger that doesn't answer.
     */
    public void refreshToShow(Predicate<ShortLivedToken> keep) throws IOException {
        long now = System.nanoTime();
        long last = shown.get();
        if (isCurrent() && now - last >= SHOWN_NANOS && shown.compareAndSet(last, now)) {
            refresh(keep);
        }
    }

    private synchronized Set<String> saved() {
        Set<String> names = new HashSet<>();
        byName.forEach((name, token) -> {
            if (token.session().isEmpty() && !unsaved.contains(name)) {
                names.add(name);
            }
        });
        return names;
    }

    private void endedElsewhere(Set<String> names) {
        boolean any = false;
        synchronized (this) {
            for (String name : names) {
                ShortLivedToken token = byName.get(name);
                if (token != null) {
                    delete(token, false);
                    any = true;
                }
            }
        }
        if (any) {
            ended.run();
        }
    }

    /** The tokens of a user that haven't expired. */
    public synchronized List<ShortLivedToken> of(String user) {
        Instant now = clock.instant();
        return counts.containsKey(user)
                ? byName.values().stream()
                        .filter(token -> token.user().equals(user) && token.isValidAt(now))
                        .sorted((a, b) -> a.created().compareTo(b.created()))
                        .toList()
                : List.of();
    }

    public int size() {
        return byName.size();
    }

    /** Writes all changes so far. */
    public void save() throws IOException {
        long change;
        synchronized (this) {
            change = changes;
        }
        save(change);
    }

    private void save(long change) throws IOException {
        synchronized (writing) {
            if (saved >= change) {
                return;
            }
            long upTo;
            List<ShortLivedToken> fresh;
            List<ShortLivedToken> dropped;
            List<ShortLivedToken> written;
            synchronized (this) {
                upTo = changes;
                fresh = List.copyOf(added);
                dropped = List.copyOf(removed);
                written = medium.needsAll(!dropped.isEmpty())
                        ? byName.values().stream()
                                .filter(token -> token.session().isEmpty())
                                .toList()
                        : fresh;
                added.clear();
                removed.clear();
            }
            try {
                medium.save(written, dropped);
            } catch (IOException e) {
                synchronized (this) { // for the next time
                    removed.addAll(dropped);
                    fresh.stream().filter(byName::containsValue).forEach(added::add);
                }
                throw e;
            }
            synchronized (this) {
                fresh.forEach(token -> unsaved.remove(token.name()));
            }
            saved = upTo;
        }
    }

    /** Looks for no more changes of other hubs. */
    @Override
    public void close() {
        medium.close();
    }
}
