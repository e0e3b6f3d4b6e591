package io.datahub.auth;

import io.datahub.api.Sha256;
import io.datahub.api.user.CredentialVerifier.Verified;
import io.datahub.api.user.Credentials;
import io.datahub.api.user.Login;
import io.datahub.api.user.TrustRule;
import io.datahub.auth.shortlived.ShortLivedToken;
import io.datahub.auth.shortlived.ShortLivedTokens;
import io.datahub.auth.users.StoredCredential;
import io.datahub.auth.users.StoredCredential.Kind;
import io.datahub.auth.users.Users;
import io.datahub.auth.users.Users.Owned;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Finds whose a credential is: those of the users file, short-lived tokens, and those that a verifier accepted.
 * Thread-safe; never blocks, but where another hub may know more.
 */
final class Identities {

    private static final String TRUST = "trust:";
    private static final String EXTERNAL = "external:";

    private final Supplier<Users> currentUsers;
    private final ShortLivedTokens shortLived;
    private final Predicate<String> verified;
    private final Clock clock;

    /** @param verified whether logins with external credentials of a kind last, since somebody verifies it */
    Identities(Supplier<Users> currentUsers, ShortLivedTokens shortLived, Predicate<String> verified, Clock clock) {
        this.currentUsers = currentUsers;
        this.shortLived = shortLived;
        this.verified = verified;
        this.clock = clock;
    }

    /**
     * The owner of credentials of a kind that the hub verifies itself; empty if they are unknown, or of another kind.
     */
    Optional<Identity> of(Credentials credentials) {
        if (credentials instanceof Credentials.Token token) {
            return ofToken(token.token());
        }
        if (credentials instanceof Credentials.CurveKey key) {
            return listed(Kind.CURVE_KEY, HexFormat.of().formatHex(key.key()));
        }
        if (credentials instanceof Credentials.Certificate certificate) {
            return listed(Kind.CERTIFICATE, certificate.sha256());
        }
        return credentials instanceof Credentials.SshKey key
                ? listed(Kind.SSH_KEY, key.key().sha256())
                : Optional.empty();
    }

    private Optional<Identity> ofToken(byte[] token) {
        if (token.length == 0 || token.length > Credentials.Token.MAX_LISTED_BYTES) {
            return Optional.empty();
        }
        String sha256 = Sha256.hex(token);
        return listed(Kind.TOKEN, sha256).or(() -> shortLived.find(sha256).flatMap(this::of));
    }

    /**
     * The short-lived token that has to be looked for at other hubs, before it is known whether it is valid.
     *
     * @param found as whose the credentials are known here
     * @return its identifier; empty if that isn't needed
     */
    Optional<String> elsewhere(Credentials credentials, Optional<Identity> found) {
        if (!shortLived.isShared() || !(credentials instanceof Credentials.Token token)) {
            return Optional.empty();
        }
        return found.map(identity -> ShortLivedToken.isNamed(identity.credential()) && !shortLived.isCurrent())
                        .orElseGet(() -> Tokens.hasForm(token.token()))
                ? Optional.of(ShortLivedToken.name(Sha256.hex(token.token()))).filter(shortLived::mayBeElsewhere)
                : Optional.empty();
    }

    /** Looks for a short-lived token of another hub; blocks. */
    void look(String name) throws IOException {
        shortLived.look(name, this::hasParent);
    }

    private Optional<Identity> listed(Kind kind, String value) {
        return currentUsers.get().owning(kind, value).map(Identities::of);
    }

    private static Identity of(Owned owned) {
        StoredCredential credential = owned.credential();
        return new Identity(
                owned.owner(), credential.name(), credential.kind().word(), credential.label(), credential.expires());
    }

    /** The owner of a short-lived token; empty if its parent has ended. */
    private Optional<Identity> of(ShortLivedToken token) {
        return currentUsers
                .get()
                .named(token.user())
                .filter(owner -> hasParent(token) && isVerified(token.parent()))
                .map(owner -> new Identity(
                        owner, token.name(), ShortLivedToken.KIND, token.label(), Optional.of(token.expires())));
    }

    /** Whether the credential that the token was made with is still its owner's. */
    boolean hasParent(ShortLivedToken token) {
        Users users = currentUsers.get();
        if (token.parent().startsWith(EXTERNAL)) {
            return users.named(token.user()).isPresent();
        }
        Optional<String> owner = token.parent().startsWith(TRUST)
                ? users.rule(token.parent().substring(TRUST.length())).map(TrustRule::user)
                : users.credential(token.parent())
                        .filter(owned -> owned.credential().isValidAt(clock.instant()))
                        .map(owned -> owned.owner().name());
        return owner.filter(token.user()::equals).isPresent();
    }

    /**
     * The owner of what a verifier accepted; empty if there is no such user, or not the rule that it matched.
     *
     * @param kind the kind of the credentials
     */
    Optional<Identity> of(String kind, Verified verified) {
        String name = verified.rule().map(rule -> TRUST + rule.id()).orElse(EXTERNAL + kind + ":" + verified.id());
        return external(name, verified.user(), kind, verified.label(), Optional.of(verified.expires()));
    }

    private Optional<Identity> external(
            String name, String user, String kind, String label, Optional<Instant> expires) {
        Users users = currentUsers.get();
        boolean isCurrent = !name.startsWith(TRUST)
                || users.rule(name.substring(TRUST.length()))
                        .filter(rule -> rule.user().equals(user))
                        .isPresent();
        return users.named(user)
                .filter(owner -> isCurrent)
                .map(owner -> new Identity(owner, name, kind, label, expires));
    }

    /**
     * The present owner of the credential of a login; empty if it has been removed. Doesn't check its expiry. Blocks if
     * it is a short-lived token that this hub has never seen, which only another hub can have let in.
     *
     * @throws UncheckedIOException if that token couldn't be looked for
     */
    Optional<Identity> of(Login login) {
        String name = login.credential();
        if (shortLived.isShared()
                && ShortLivedToken.isNamed(name)
                && shortLived.named(name).isEmpty()) {
            try {
                look(name);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        if (name.startsWith(TRUST) || name.startsWith(EXTERNAL)) {
            return external(name, login.user().name(), kind(name), login.label().orElse(""), login.expires())
                    .filter(identity -> isVerified(name));
        }
        Optional<Identity> found = ShortLivedToken.isNamed(name)
                ? shortLived.named(name).flatMap(this::of)
                : currentUsers.get().credential(name).map(Identities::of);
        return found.filter(
                identity -> identity.owner().name().equals(login.user().name()));
    }

    /** Whether somebody verifies credentials like the one with this identifier, if the hub doesn't do it itself. */
    private boolean isVerified(String name) {
        return isTrust(name)
                ? verified.test(Credentials.ExternalToken.KIND)
                : !name.startsWith(EXTERNAL) || verified.test(kind(name));
    }

    /** The kind of the credential with this identifier, as shown to users. */
    static String kind(String name) {
        int from = name.startsWith(EXTERNAL) ? EXTERNAL.length() : 0;
        return name.substring(from, name.indexOf(':', from));
    }

    /** Whether it identifies a credential of the users file. */
    static boolean isListed(String name) {
        return !name.startsWith(TRUST) && !name.startsWith(EXTERNAL) && !ShortLivedToken.isNamed(name);
    }

    /** Whether it identifies a trust rule. */
    static boolean isTrust(String name) {
        return name.startsWith(TRUST);
    }

    /** What identifies the credential within its kind. */
    static String value(String name) {
        return name.substring(name.lastIndexOf(':') + 1);
    }

    /** Whether there is a credential with this identifier. */
    boolean exists(String name) {
        return name.startsWith(TRUST)
                ? currentUsers.get().rule(name.substring(TRUST.length())).isPresent()
                : shortLived.named(name).isPresent()
                        || currentUsers.get().credential(name).isPresent();
    }
}
