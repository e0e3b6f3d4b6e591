package io.datahub.auth;

import io.datahub.api.Home;
import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.log.LogText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The short-lived tokens, kept in the hub's state by their hashes. Their number is bounded, for each user and in total.
 * Changes that several threads make while the file is written are written together. Thread-safe.
 */
final class ShortLivedTokens {

    private static final Logger LOG = LoggerFactory.getLogger(ShortLivedTokens.class);
    private static final int MAX_PER_USER = 10_000;
    private static final int MAX_TOTAL = 50_000;

    private final ShortLivedFile file; // written under writing
    private final Clock clock;
    private final Object writing = new Object();
    private final Runnable ended;
    private final Map<String, ShortLivedToken> byName = new ConcurrentHashMap<>(); // written under this
    private final Map<String, Integer> counts = new HashMap<>(); // by user; guarded by this
    private final List<ShortLivedToken> added = new ArrayList<>(); // since they were saved; guarded by this
    private boolean hasRemoved = true; // since they were saved; guarded by this
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

    /** @param ended called when tokens have ended with their session */
    ShortLivedTokens(Home home, Clock clock, Runnable ended) {
        this.ended = ended;
        this.file = new ShortLivedFile(home.state().resolve("short-lived-tokens"));
        this.clock = clock;
        read();
    }

    private void read() {
        try {
            file.read().forEach(this::read);
        } catch (NoSuchFileException e) {
            LOG.debug("event=auth.short-lived.missing file={}", file.path());
        } catch (IOException e) {
            unreadable(e);
        }
        purgeExpired();
        synchronized (this) {
            added.clear(); // they are in the file, which is replaced by the first change
        }
    }

    /** A damaged line costs its own token only. */
    private void read(String line) {
        try {
            put(ShortLivedToken.parse(line));
        } catch (DateTimeParseException | IndexOutOfBoundsException e) {
            unreadable(e);
        }
    }

    private void unreadable(Exception reason) {
        LOG.warn(
                "event=auth.short-lived.unreadable file={} reason={} remedy=\"clients have to get new "
                        + "short-lived tokens\"",
                file.path(),
                LogText.quoted(reason.toString()));
    }

    private void put(ShortLivedToken token) {
        byName.put(token.name(), token);
        counts.merge(token.user(), 1, Integer::sum);
        if (token.session().isEmpty()) {
            added.add(token);
        }
        changes++;
    }

    private void delete(ShortLivedToken token) {
        if (byName.remove(token.name(), token)) {
            counts.computeIfPresent(token.user(), (user, count) -> count == 1 ? null : count - 1);
            token.session().ifPresent(session -> session.remove(new SessionEnd(this, token)));
            hasRemoved |= token.session().isEmpty();
            changes++;
        }
    }

    /**
     * Adds a token: durably, unless it ends with a session.
     *
     * @return a refusal if there are too many
     */
    Optional<Refusal> add(ShortLivedToken token) throws IOException {
        long change;
        synchronized (this) {
            if (isFull(token.user())) {
                purgeExpired();
            }
            if (isFull(token.user())) {
                return Optional.of(new Refusal(
                        Reason.TOO_MANY,
                        "there are too many short-lived tokens of this user, or of all users; revoke some, or "
                                + "wait until"
                                + " they expire",
                        List.of(),
                        Duration.ofMinutes(1)));
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
        } catch (IOException e) {
            remove(token);
            throw e;
        }
        return Optional.empty();
    }

    private boolean isFull(String user) {
        return byName.size() >= MAX_TOTAL || counts.getOrDefault(user, 0) >= MAX_PER_USER;
    }

    /** Removes a token; not durable before {@link #save}. */
    synchronized void remove(ShortLivedToken token) {
        delete(token);
    }

    /** Removes the tokens that aren't to be kept; not durable before {@link #save}. */
    synchronized List<ShortLivedToken> purge(Predicate<ShortLivedToken> keep) {
        List<ShortLivedToken> gone = new ArrayList<>(byName.values());
        gone.removeIf(keep);
        gone.forEach(this::delete);
        return gone;
    }

    /** Removes the tokens that have expired; not durable before {@link #save}. */
    void purgeExpired() {
        Instant now = clock.instant();
        purge(token -> token.isValidAt(now));
    }

    /** Finds a token by the SHA-256 of its secret, in lower-case hexadecimal. */
    Optional<ShortLivedToken> find(String sha256) {
        return named(ShortLivedToken.name(sha256))
                .filter(token -> MessageDigest.isEqual(
                        token.sha256().getBytes(StandardCharsets.US_ASCII),
                        sha256.getBytes(StandardCharsets.US_ASCII)));
    }

    /** Finds a token by the identifier kept in a login. */
    Optional<ShortLivedToken> named(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /** The tokens of a user that haven't expired. */
    synchronized List<ShortLivedToken> of(String user) {
        Instant now = clock.instant();
        return counts.containsKey(user)
                ? byName.values().stream()
                        .filter(token -> token.user().equals(user) && token.isValidAt(now))
                        .sorted((a, b) -> a.created().compareTo(b.created()))
                        .toList()
                : List.of();
    }

    /** The expiries of all tokens. */
    synchronized List<Instant> expiries() {
        return byName.values().stream().map(ShortLivedToken::expires).distinct().toList();
    }

    int size() {
        return byName.size();
    }

    /** Writes all changes so far. */
    void save() throws IOException {
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
            boolean isAppended;
            String lines;
            synchronized (this) {
                upTo = changes;
                isAppended = !hasRemoved && file.isAppendable();
                lines = (isAppended ? added : byName.values())
                        .stream()
                                .filter(token -> token.session().isEmpty())
                                .map(ShortLivedToken::line)
                                .collect(Collectors.joining());
                added.clear();
                hasRemoved = false;
            }
            if (isAppended) {
                file.append(lines);
            } else {
                file.replace(lines);
            }
            saved = upTo;
        }
    }
}
