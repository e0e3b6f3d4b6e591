package io.datahub.auth;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.Sha256;
import io.datahub.api.user.Login;
import io.datahub.api.user.User;
import io.datahub.api.user.UserRegistry;
import io.datahub.auth.record.UsersEditor;
import io.datahub.auth.shortlived.ShortLivedToken;
import io.datahub.auth.users.InvalidUsersException;
import io.datahub.auth.users.StoredCredential;
import io.datahub.auth.users.StoredCredential.Kind;
import io.datahub.auth.users.StoredUser;
import io.datahub.auth.users.TokenEdit;
import io.datahub.auth.users.Users;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lists users, and issues, rotates and revokes their tokens, as far as the actor is permitted to. Thread-safe; blocks.
 */
final class TokenService implements UserRegistry {

    private static final Logger LOG = LoggerFactory.getLogger(TokenService.class);

    private final Supplier<Users> currentUsers;
    private final UsersEditor editor;
    private final Identities identities;
    private final Actors actors;
    private final ShortLivedService shortLived;
    private final LastUsedStore lastUsed;
    private final Clock clock;
    private final AuditLog audit;
    private volatile int maxTokens;

    TokenService(
            Supplier<Users> currentUsers,
            UsersEditor editor,
            Identities identities,
            Actors actors,
            ShortLivedService shortLived,
            LastUsedStore lastUsed,
            Clock clock,
            AuditLog audit,
            AuthConfiguration configuration) {
        this.currentUsers = currentUsers;
        this.editor = editor;
        this.identities = identities;
        this.actors = actors;
        this.shortLived = shortLived;
        this.lastUsed = lastUsed;
        this.clock = clock;
        this.audit = audit;
        configure(configuration);
    }

    void configure(AuthConfiguration configuration) {
        maxTokens = configuration.maxTokens();
    }

    @Override
    public List<Account> accounts() {
        try {
            shortLived.refreshToShow();
        } catch (IOException e) {
            LOG.debug("event=auth.short-lived.refresh-failed", e); // those that this hub knows are shown
        }
        return currentUsers.get().all().stream()
                .sorted(Comparator.comparing(StoredUser::name))
                .map(user -> user.account(lastUsed::of, shortLived.of(user.name())))
                .toList();
    }

    @Override
    public Optional<Credential> credential(Login login) {
        String name = login.credential();
        return currentUsers
                .get()
                .credential(name)
                .map(owned -> described(owned.credential()))
                .or(() -> shortLived.named(name))
                .or(() -> identities.of(login).map(identity -> described(identity, name)));
    }

    /** A credential that a verifier accepted. */
    private Credential described(Identity identity, String name) {
        String value = Identities.value(name);
        return new Credential(
                Identities.kind(name),
                Identities.isTrust(name) ? StoredCredential.id(value) : value,
                identity.label(),
                Optional.empty(),
                identity.expires(),
                lastUsed.of(name));
    }

    private Credential described(StoredCredential credential) {
        return credential.described(lastUsed.of(credential.name()));
    }

    @Override
    public Result<IssuedToken> issueToken(Login actor, String user, String label, Optional<Instant> expires)
            throws IOException {
        Optional<Refusal> invalid = TokenRules.validate(label, expires, clock.instant());
        if (invalid.isPresent()) {
            return Result.refused(invalid.get());
        }
        String token = Tokens.random();
        Result<IssuedToken> issued = edit(actor, user, edit -> add(actor, edit, token, label, expires));
        return audited(issued, made -> audit.issued(user, made.credential(), actor));
    }

    @Override
    public Result<IssuedToken> issueShortLived(Login login, Duration lifetime, String label) throws IOException {
        return shortLived.issue(login, lifetime, label);
    }

    private Result<IssuedToken> add(Login actor, TokenEdit edit, String token, String label, Optional<Instant> expires)
            throws InvalidUsersException {
        if (ShortLivedToken.isNamed(actor.credential())) {
            return Result.refused(ShortLivedService.noIssuer());
        }
        if (Identities.isTrust(actor.credential())) {
            return Result.refused(
                    Reason.FORBIDDEN,
                    "a token that is valid because of a trust rule can't be used to issue a lasting one, which would"
                            + " remain valid without the rule; exchange it for a short-lived one at POST /tokens/exchange");
        }
        Result<Optional<Instant>> end = TokenRules.expiry(actor, expires);
        if (end.isRefused()) {
            return Result.refused(end.refusal().orElseThrow());
        }
        if (!actor.user().isAdmin() && !makeRoom(edit)) {
            return Result.refused(
                    Reason.CONFLICT,
                    "you have " + maxTokens + " tokens already; revoke an unused one, or ask an administrator");
        }
        String sha256 = Sha256.hex(token);
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        Optional<String> parent = edit.before()
                .credential(actor.credential())
                .map(owned -> owned.credential().value());
        StoredCredential added =
                edit.add(new StoredCredential(Kind.TOKEN, sha256, label, Optional.of(now), end.get(), parent));
        return Result.done(new IssuedToken(edit.user().name(), token, added.described(Optional.empty())));
    }

    /** Whether the limit allows one more token, after expired ones have been removed. */
    private boolean makeRoom(TokenEdit edit) throws InvalidUsersException {
        while (edit.tokens().size() >= maxTokens) {
            Optional<StoredCredential> ended = edit.firstEnded(clock.instant());
            if (ended.isEmpty()) {
                return false;
            }
            edit.remove(ended.get());
        }
        return true;
    }

    @Override
    public Result<IssuedToken> rotateToken(
            Login actor, String user, String old, Optional<Instant> expires, Duration overlap) throws IOException {
        Optional<Refusal> invalid = TokenRules.validate("", expires, clock.instant());
        if (invalid.isPresent()) {
            return Result.refused(invalid.get());
        }
        String token = Tokens.random();
        Result<IssuedToken> rotated = edit(actor, user, edit -> {
            Result<StoredCredential> found = find(edit, old);
            if (found.isRefused()) {
                return Result.refused(found.refusal().orElseThrow());
            }
            StoredCredential before = found.get();
            Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
            if (overlap.isZero()) {
                edit.remove(before);
            } else if (before.isValidAt(now.plus(overlap))) {
                edit.end(before, now.plus(overlap));
            }
            return add(
                    actor,
                    edit,
                    token,
                    before.label(),
                    expires.or(() -> before.lifetime().map(now::plus)));
        });
        return audited(rotated, made -> audit.rotated(user, made.credential(), actor));
    }

    @Override
    public Result<Credential> revokeToken(Login actor, String user, String token) throws IOException {
        if (isShortLived(user, token)) {
            return shortLived.revoke(actor, user, token);
        }
        Result<Credential> revoked = edit(actor, user, edit -> {
            Result<StoredCredential> found = find(edit, token);
            if (found.isRefused()) {
                return Result.refused(found.refusal().orElseThrow());
            }
            edit.remove(found.get());
            return Result.done(described(found.get()));
        });
        return audited(revoked, credential -> audit.revoked(user, credential, actor));
    }

    @Override
    public Result<List<Credential>> revokeWithDescendants(Login actor, String user, String token) throws IOException {
        if (isShortLived(user, token)) {
            return shortLived.revoke(actor, user, token).then(credential -> Result.done(List.of(credential)));
        }
        Result<List<Credential>> revoked = edit(actor, user, edit -> {
            Result<StoredCredential> found = find(edit, token);
            return found.isRefused()
                    ? Result.refused(found.refusal().orElseThrow())
                    : Result.done(described(edit.removeWithDescendants(found.get())));
        });
        return auditedAll(revoked, actor, user);
    }

    @Override
    public Result<List<Credential>> revokeAll(Login actor, String user) throws IOException {
        Result<List<Credential>> listed =
                auditedAll(edit(actor, user, edit -> Result.done(described(edit.removeAll()))), actor, user);
        if (listed.isRefused()) {
            return listed;
        }
        List<Credential> revoked = new ArrayList<>(listed.get());
        revoked.addAll(shortLived.revokeAll(actor, user));
        return Result.done(List.copyOf(revoked));
    }

    private List<Credential> described(List<StoredCredential> credentials) {
        return credentials.stream().map(this::described).toList();
    }

    private Result<List<Credential>> auditedAll(Result<List<Credential>> revoked, Login actor, String user) {
        if (!revoked.isRefused()) {
            revoked.get().forEach(credential -> audit.revoked(user, credential, actor));
        }
        return revoked;
    }

    /** Whether a short-lived token is meant, and none of the users file. */
    private boolean isShortLived(String user, String token) throws IOException {
        boolean isListed = currentUsers.get().named(user).stream()
                .flatMap(owner -> owner.credentials().stream())
                .anyMatch(credential -> credential.kind() == Kind.TOKEN && credential.matches(token));
        if (!isListed) {
            shortLived.refresh();
        }
        return !isListed && !shortLived.matching(user, token).isEmpty();
    }

    private static Result<StoredCredential> find(TokenEdit edit, String token) {
        List<StoredCredential> matching = edit.matching(token);
        if (matching.size() == 1) {
            return Result.done(matching.get(0));
        }
        String ids = matching.stream().map(StoredCredential::id).collect(Collectors.joining(", "));
        return matching.isEmpty()
                ? Result.refused(
                        Reason.NOT_FOUND,
                        "the user " + edit.user().name()
                                + " has no token with that label or hash prefix (at least six digits)")
                : Result.refused(Reason.CONFLICT, "several tokens match; choose one by its hash: " + ids);
    }

    private <T> Result<T> edit(Login actor, String user, UsersEditor.Step<T> change) throws IOException {
        Optional<Refusal> foreign = actors.refusal(actor, user);
        if (foreign.isPresent()) {
            return Result.refused(foreign.get());
        }
        if (user.equals(User.ANONYMOUS)) {
            return Result.refused(
                    actor.user().isAdmin() ? Reason.BAD_REQUEST : Reason.FORBIDDEN,
                    "the user anonymous can't have a token");
        }
        User author = actor.user().isAdmin() ? actor.user() : User.HUB;
        return editor.edit(author, user, edit -> {
            if (!actors.isStillValid(actor, edit.before())) {
                return Result.refused(Actors.invalid());
            }
            return change.to(edit);
        });
    }

    private static <T> Result<T> audited(Result<T> result, Consumer<T> log) {
        if (!result.isRefused()) {
            log.accept(result.get());
        }
        return result;
    }
}
