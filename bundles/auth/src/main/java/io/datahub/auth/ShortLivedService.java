package io.datahub.auth;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.Sha256;
import io.datahub.api.user.Login;
import io.datahub.api.user.UserRegistry.Credential;
import io.datahub.api.user.UserRegistry.IssuedToken;
import io.datahub.auth.shortlived.ShortLivedToken;
import io.datahub.auth.shortlived.ShortLivedTokens;
import io.datahub.auth.users.StoredCredential;
import io.datahub.auth.users.Users;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Issues and revokes short-lived tokens. Thread-safe; blocks. */
final class ShortLivedService {

    private final Supplier<Users> currentUsers;
    private final ShortLivedTokens tokens;
    private final Identities identities;
    private final Actors actors;
    private final LastUsedStore lastUsed;
    private final Runnable ended;
    private final Clock clock;
    private final AuditLog audit;

    /** @param ended called when tokens were removed */
    ShortLivedService(
            Supplier<Users> currentUsers,
            ShortLivedTokens tokens,
            Identities identities,
            Actors actors,
            LastUsedStore lastUsed,
            Runnable ended,
            Clock clock,
            AuditLog audit) {
        this.currentUsers = currentUsers;
        this.tokens = tokens;
        this.identities = identities;
        this.actors = actors;
        this.lastUsed = lastUsed;
        this.ended = ended;
        this.clock = clock;
        this.audit = audit;
    }

    Result<IssuedToken> issue(Login login, Duration lifetime, String label) throws IOException {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        Instant longest = now.plus(
                lifetime.compareTo(ShortLivedToken.MAX_LIFETIME) < 0 ? lifetime : ShortLivedToken.MAX_LIFETIME);
        Instant end = Identities.isTrust(login.credential())
                ? longest
                : login.expires().filter(longest::isAfter).orElse(longest);
        Optional<Refusal> refusal =
                TokenRules.validate(label, Optional.of(end), now).or(() -> refusal(login));
        if (refusal.isPresent()) {
            return Result.refused(refusal.get());
        }
        String secret = Tokens.random();
        ShortLivedToken token = new ShortLivedToken(
                Sha256.hex(secret), login.user().name(), login.credential(), label, now, end, login.session());
        Optional<Refusal> full = tokens.add(token);
        if (full.isPresent()) {
            return Result.refused(full.get());
        }
        Credential credential = token.described(Optional.empty());
        audit.shortLivedIssued(token.user(), credential, login);
        return Result.done(new IssuedToken(token.user(), secret, credential));
    }

    private Optional<Refusal> refusal(Login login) {
        if (ShortLivedToken.isNamed(login.credential())) {
            return Optional.of(noIssuer());
        }
        return actors.isStillValid(login, currentUsers.get())
                        && !login.user().name().isEmpty()
                ? Optional.empty()
                : Optional.of(Actors.invalid());
    }

    /** Of whoever has a short-lived token only. */
    static Refusal noIssuer() {
        return new Refusal(
                Reason.FORBIDDEN,
                "a token can't be issued with a short-lived one; use the credential that it was made with");
    }

    Result<Credential> revoke(Login actor, String user, String token) throws IOException {
        List<ShortLivedToken> matching = matching(user, token);
        Optional<Refusal> foreign = actors.refusal(actor, user);
        if (foreign.isPresent()) {
            return Result.refused(foreign.get());
        }
        if (!actors.isStillValid(actor, currentUsers.get())) {
            return Result.refused(Actors.invalid());
        }
        if (matching.size() != 1) {
            return Result.refused(
                    matching.isEmpty() ? Reason.NOT_FOUND : Reason.CONFLICT,
                    "not one token matches; choose one by its hash: "
                            + matching.stream()
                                    .map(each -> StoredCredential.id(each.sha256()))
                                    .collect(Collectors.joining(", ")));
        }
        ShortLivedToken revoked = matching.get(0);
        tokens.remove(revoked);
        ended.run();
        tokens.save();
        Credential credential = described(revoked);
        audit.revoked(user, credential, actor);
        return Result.done(credential);
    }

    /**
     * Revokes all tokens of a user, also those that were made with a credential which isn't in the users file.
     *
     * @param actor who requests it, and is permitted to
     */
    List<Credential> revokeAll(Login actor, String user) throws IOException {
        refresh();
        List<ShortLivedToken> revoked = tokens.of(user);
        revoked.forEach(tokens::remove);
        List<Credential> credentials = revoked.stream().map(this::described).toList();
        credentials.forEach(credential -> audit.revoked(user, credential, actor));
        if (!revoked.isEmpty()) {
            ended.run();
        }
        tokens.save();
        return credentials;
    }

    /** Also knows what other hubs have issued; blocks. */
    void refresh() throws IOException {
        tokens.refresh(identities::hasParent);
    }

    /** The same for who only shows the tokens: they may be a second old. */
    void refreshToShow() throws IOException {
        tokens.refreshToShow(identities::hasParent);
    }

    /** The tokens of a user with this label or hash prefix. */
    List<ShortLivedToken> matching(String user, String token) {
        return tokens.of(user).stream().filter(each -> each.matches(token)).toList();
    }

    /** The tokens of a user. */
    List<Credential> of(String user) {
        return tokens.of(user).stream().map(this::described).toList();
    }

    /** The token with this identifier, as kept in a login. */
    Optional<Credential> named(String name) {
        return tokens.named(name).map(this::described);
    }

    private Credential described(ShortLivedToken token) {
        return token.described(lastUsed.of(token.name()));
    }
}
