package io.datahub.api.user;

import io.datahub.api.Result;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The current users, for administration and for users to manage their own tokens. Each change is written to the users
 * file, which is validated like any other new version, and is in effect when the method returns. Concurrent changes are
 * never lost.
 *
 * <p>Users manage their own tokens, administrators everyone's. A user who isn't an administrator can't obtain a token
 * that outlives the credential it logged in with. Permissions are checked against the version of the file that is being
 * changed, not against those that the actor had at login.
 */
@ProviderType
public interface UserRegistry {

    /**
     * All users, sorted by name.
     *
     * @return the users
     */
    List<Account> accounts();

    /**
     * The current state of the credential used for a login; empty if there was none or it was removed.
     *
     * @param login the login
     * @return the credential
     */
    Optional<Credential> credential(Login login);

    /**
     * Creates a token and adds its hash to the users file.
     *
     * @param actor who requests it
     * @param user the token's owner
     * @param label a label chosen by the user; may be empty
     * @param expires when it expires; if empty, never or, if the actor's own credential expires and it is not an administrator, together with that credential
     * @return the token, which is in force, or the refusal
     * @throws IOException if the users file cannot be read or written
     */
    Result<IssuedToken> issueToken(Login actor, String user, String label, Optional<Instant> expires)
            throws IOException;

    /**
     * Creates a short-lived token for the user of a login. It is not written to the users file: the hub keeps its hash
     * apart, over restarts. It ends at its expiry, and with the credential of the login, the user, or the browser
     * session; connections authenticated with it end then as well. It authenticates like any other token and has the
     * user's grants, but no token can be issued with it.
     *
     * @param login the login, which may be one by an external token
     * @param lifetime how long it is valid, one hour at most; cut to the end of the login's credential, unless that is
     *     an external token which a trust rule accepted: those are made to be exchanged, and often end after minutes
     * @param label a label; may be empty
     * @return the token, which is durable; or a refusal with {@link io.datahub.api.Reason#FORBIDDEN} if the login isn't
     *     valid any more, is anonymous or was made with a short-lived token, or
     *     {@link io.datahub.api.Reason#TOO_MANY} if the user or the hub has too many
     * @throws IOException if it can't be stored
     */
    Result<IssuedToken> issueShortLived(Login login, Duration lifetime, String label) throws IOException;

    /**
     * Creates a token with the label of an old one, which expires.
     *
     * @param actor who requests it
     * @param user the owner of both
     * @param token the old one: its label, or the beginning of its hash, at least six digits
     * @param expires when the new one expires; if empty, it has the same lifetime as the old one
     * @param overlap how long the old one stays valid; zero removes it at once
     * @return the new token, which is in force, or the refusal
     * @throws IOException if the users file cannot be read or written
     */
    Result<IssuedToken> rotateToken(Login actor, String user, String token, Optional<Instant> expires, Duration overlap)
            throws IOException;

    /**
     * Removes a token from the users file, or a short-lived one. Connections authenticated with it are closed.
     *
     * @param actor who requests it
     * @param user the token's owner
     * @param token its label, or the beginning of its hash, at least six digits
     * @return the removed credential
     * @throws IOException if the users file cannot be read or written
     */
    Result<Credential> revokeToken(Login actor, String user, String token) throws IOException;

    /**
     * Removes a token from the users file together with all its descendants, the tokens that were created with it,
     * directly or indirectly, regardless of the owner. Connections authenticated with any of them are closed.
     *
     * @param actor who requests it
     * @param user the token's owner
     * @param token its label, or the beginning of its hash, at least six digits
     * @return the removed credentials, that token first
     * @throws IOException if the users file cannot be read or written
     */
    Result<List<Credential>> revokeWithDescendants(Login actor, String user, String token) throws IOException;

    /**
     * Removes all credentials of a user from the users file, and its short-lived tokens. Connections authenticated with
     * them are closed.
     *
     * @param actor who requests it
     * @param user the owner of the credentials
     * @return the removed credentials
     * @throws IOException if the users file cannot be read or written, or the removal of the short-lived tokens isn't
     *     durable
     */
    Result<List<Credential>> revokeAll(Login actor, String user) throws IOException;

    /**
     * A user as shown to administrators.
     *
     * @param user the user with its grants
     * @param disabled whether it is disabled
     * @param credentials its credentials, without secrets
     * @param trustRules the trust rules by which it is authenticated
     */
    record Account(User user, boolean disabled, List<Credential> credentials, List<TrustRule> trustRules) {
        public Account {
            credentials = List.copyOf(credentials);
            trustRules = List.copyOf(trustRules);
        }
    }

    /**
     * A credential.
     *
     * @param kind {@code token}, {@code short-lived} for a short-lived token, {@code curve-key}, {@code certificate},
     *     {@code ssh-key}, {@code trust} for a login by a trust rule, or the kind of a {@link CredentialVerifier}
     * @param id the beginning of a token's or certificate's SHA-256, or of a CURVE key, in hexadecimal; the fingerprint
     *     of an SSH key as OpenSSH prints it; what a verifier calls it
     * @param label the label of a token or SSH key, or what a verifier calls it; may be empty
     * @param created when the token was created, where known
     * @param expires when it expires, if it does
     * @param lastUsed when it was last used to authenticate, to the second, where known
     * @param parent the {@code id} of the credential that a token was created with, where known; it may no longer exist
     */
    record Credential(
            String kind,
            String id,
            String label,
            Optional<Instant> created,
            Optional<Instant> expires,
            Optional<Instant> lastUsed,
            Optional<String> parent) {

        /**
         * A credential without a known parent.
         *
         * @param kind its kind
         * @param id what it is called in commands and logs
         * @param label its label; may be empty
         * @param created when it was created, if known
         * @param expires when it expires, if it does
         * @param lastUsed when it was last used, if ever
         */
        public Credential(
                String kind,
                String id,
                String label,
                Optional<Instant> created,
                Optional<Instant> expires,
                Optional<Instant> lastUsed) {
            this(kind, id, label, created, expires, lastUsed, Optional.empty());
        }
    }

    /**
     * A new token, whose secret is available only once.
     *
     * @param user the token's owner
     * @param token the secret
     * @param credential its public description
     */
    record IssuedToken(String user, String token, Credential credential) {

        /** Omits the secret. */
        @Override
        public String toString() {
            return "token " + credential.id() + " of " + user;
        }
    }
}
