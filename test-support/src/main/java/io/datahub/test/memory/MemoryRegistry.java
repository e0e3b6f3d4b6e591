package io.datahub.test.memory;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.user.Login;
import io.datahub.api.user.LoginSession;
import io.datahub.api.user.User;
import io.datahub.api.user.UserRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The tokens of {@link MemoryUsers}. Thread-safe. */
public final class MemoryRegistry implements UserRegistry {

    private static final Duration MAX_SHORT_LIFETIME = Duration.ofHours(1);
    private static final String SHORT_LIVED = "short-lived";

    private final MemoryUsers users;
    private final List<Entry> entries = new ArrayList<>(); // guarded by this
    private int issued; // guarded by this

    private record Entry(String user, String secret, Credential credential) {

        boolean isShortLived() {
            return credential.kind().equals(SHORT_LIVED);
        }

        boolean matches(String token) {
            return (!token.isEmpty() && credential.label().equals(token))
                    || (token.length() >= 6 && credential.id().startsWith(token));
        }
    }

    /** @param users the users whose tokens these are */
    public MemoryRegistry(MemoryUsers users) {
        this.users = users;
    }

    /**
     * Adds a token that was there before.
     *
     * @param user its owner
     * @param secret the token
     * @param expires when it expires, if it does
     */
    public synchronized void add(String user, String secret, Optional<Instant> expires) {
        add(user, secret, "token", "", expires, Optional.empty());
    }

    private Entry add(
            String user, String secret, String kind, String label, Optional<Instant> expires, Optional<String> parent) {
        String id = String.format("%016x", 0x10000000 + issued++);
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        Entry entry = new Entry(
                user, secret, new Credential(kind, id, label, Optional.of(now), expires, Optional.empty(), parent));
        entries.add(entry);
        users.with(user, secret, expires);
        return entry;
    }

    private Entry create(Login actor, String user, String kind, String label, Optional<Instant> expires) {
        Optional<String> parent = entry(actor).map(own -> own.credential().id());
        return add(user, "dh_" + issued + "-" + label, kind, label, expires, parent);
    }

    private static Result<IssuedToken> result(Entry entry) {
        return Result.done(new IssuedToken(entry.user(), entry.secret(), entry.credential()));
    }

    private Optional<Entry> entry(Login login) {
        return entries.stream()
                .filter(entry -> MemoryUsers.tokenName(entry.secret()).equals(login.credential()))
                .findFirst();
    }

    private void remove(Entry entry) {
        entries.removeIf(each -> each.secret().equals(entry.secret()));
        users.withoutToken(entry.secret());
        List<Entry> children = entries.stream()
                .filter(each -> each.credential()
                        .parent()
                        .equals(Optional.of(entry.credential().id())))
                .toList();
        for (Entry child : children) {
            if (child.isShortLived()) {
                remove(child);
            } else {
                entries.set(
                        entries.indexOf(child),
                        adopted(child, entry.credential().parent()));
            }
        }
    }

    private static Entry adopted(Entry child, Optional<String> parent) {
        Credential old = child.credential();
        return new Entry(
                child.user(),
                child.secret(),
                new Credential(
                        old.kind(), old.id(), old.label(), old.created(), old.expires(), old.lastUsed(), parent));
    }

    private Optional<Refusal> refusal(Login actor, String user) {
        if (!actor.user().isAdmin() && !actor.user().name().equals(user)) {
            return refusal(Reason.FORBIDDEN, "only an administrator can manage the tokens of other users");
        }
        if (actor.user() != User.HUB && users.renew(actor).isEmpty()) {
            return refusal(Reason.FORBIDDEN, "your credential isn't valid any more");
        }
        return users.all().stream().noneMatch(each -> each.name().equals(user))
                ? refusal(Reason.NOT_FOUND, "there is no user named " + user)
                : Optional.empty();
    }

    private static Optional<Refusal> refusal(Reason reason, String detail) {
        return Optional.of(new Refusal(reason, detail));
    }

    private Optional<Refusal> issuingRefusal(Login actor, String user, Optional<Instant> expires) {
        if (entry(actor).filter(Entry::isShortLived).isPresent()) {
            return refusal(Reason.FORBIDDEN, "a token can't be issued with a short-lived one");
        }
        Optional<Instant> latest = actor.user().isAdmin() ? Optional.empty() : actor.expires();
        return latest.isPresent() && expires.filter(latest.get()::isBefore).isPresent()
                ? refusal(Reason.FORBIDDEN, "a token can't outlive the credential that it is issued with")
                : refusal(actor, user);
    }

    private Result<Entry> find(String user, String token) {
        List<Entry> matching = entries.stream()
                .filter(entry -> entry.user().equals(user) && entry.matches(token))
                .toList();
        return matching.size() == 1
                ? Result.done(matching.get(0))
                : Result.refused(
                        matching.isEmpty() ? Reason.NOT_FOUND : Reason.CONFLICT, "not one token matches: " + token);
    }

    @Override
    public synchronized List<Account> accounts() {
        return users.all().stream()
                .sorted(Comparator.comparing(User::name))
                .map(user -> new Account(user, false, credentials(user.name()), List.of()))
                .toList();
    }

    private List<Credential> credentials(String user) {
        return entries.stream()
                .filter(entry -> entry.user().equals(user))
                .map(Entry::credential)
                .toList();
    }

    @Override
    public synchronized Optional<Credential> credential(Login login) {
        return entry(login).map(Entry::credential);
    }

    @Override
    public synchronized Result<IssuedToken> issueToken(
            Login actor, String user, String label, Optional<Instant> expires) {
        Optional<Refusal> refusal = issuingRefusal(actor, user, expires);
        Optional<Instant> end = expires.or(() -> actor.user().isAdmin() ? Optional.empty() : actor.expires());
        return refusal.isPresent() ? Result.refused(refusal.get()) : result(create(actor, user, "token", label, end));
    }

    @Override
    public synchronized Result<IssuedToken> issueShortLived(Login login, Duration lifetime, String label) {
        Optional<Refusal> refusal = issuingRefusal(login, login.user().name(), Optional.empty());
        if (refusal.isPresent() || entry(login).isEmpty()) {
            return Result.refused(refusal.orElseGet(() -> new Refusal(Reason.FORBIDDEN, "you have no credential")));
        }
        Instant longest =
                Instant.now().plus(lifetime.compareTo(MAX_SHORT_LIFETIME) < 0 ? lifetime : MAX_SHORT_LIFETIME);
        Instant end = login.expires().filter(longest::isAfter).orElse(longest);
        Entry entry = create(login, login.user().name(), SHORT_LIVED, label, Optional.of(end));
        login.session().ifPresent(session -> removeWith(session, entry));
        return result(entry);
    }

    private void removeWith(LoginSession session, Entry entry) {
        session.onEnd(() -> {
            synchronized (this) {
                remove(entry);
            }
        });
    }

    @Override
    public synchronized Result<IssuedToken> rotateToken(
            Login actor, String user, String token, Optional<Instant> expires, Duration overlap) {
        Optional<Refusal> refusal = issuingRefusal(actor, user, expires);
        Result<Entry> found = find(user, token);
        if (refusal.isPresent() || found.isRefused()) {
            return Result.refused(refusal.or(found::refusal).orElseThrow());
        }
        Entry old = found.get();
        Entry fresh = create(actor, user, "token", old.credential().label(), expires);
        if (overlap.isZero()) {
            remove(old);
        } else {
            users.with(user, old.secret(), Optional.of(Instant.now().plus(overlap)));
        }
        return result(fresh);
    }

    @Override
    public synchronized Result<Credential> revokeToken(Login actor, String user, String token) {
        Optional<Refusal> refusal = refusal(actor, user);
        Result<Entry> found = find(user, token);
        if (refusal.isPresent() || found.isRefused()) {
            return Result.refused(refusal.or(found::refusal).orElseThrow());
        }
        remove(found.get());
        return Result.done(found.get().credential());
    }

    @Override
    public synchronized Result<List<Credential>> revokeWithDescendants(Login actor, String user, String token) {
        Optional<Refusal> refusal = refusal(actor, user);
        Result<Entry> found = find(user, token);
        if (refusal.isPresent() || found.isRefused()) {
            return Result.refused(refusal.or(found::refusal).orElseThrow());
        }
        Set<Entry> gone = new LinkedHashSet<>(Set.of(found.get()));
        int before;
        do {
            before = gone.size();
            List<String> ids =
                    gone.stream().map(entry -> entry.credential().id()).toList();
            entries.stream()
                    .filter(entry ->
                            entry.credential().parent().filter(ids::contains).isPresent())
                    .forEach(gone::add);
        } while (gone.size() > before);
        gone.forEach(this::remove);
        return Result.done(gone.stream().map(Entry::credential).toList());
    }

    @Override
    public synchronized Result<List<Credential>> revokeAll(Login actor, String user) {
        Optional<Refusal> refusal = refusal(actor, user);
        if (refusal.isPresent()) {
            return Result.refused(refusal.get());
        }
        List<Entry> gone =
                entries.stream().filter(entry -> entry.user().equals(user)).toList();
        gone.forEach(this::remove);
        return Result.done(gone.stream().map(Entry::credential).toList());
    }
}
