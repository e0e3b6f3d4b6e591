package io.datahub.api.user;

import io.datahub.api.Result;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The users in force, for those who administer them, and for users to see to their own tokens. Each change goes into the
 * users file, which is judged like any other new version, and is in force when the method returns. Changes by several hands
 * at once never lose one another.
 *
 * <p>Users see to their own tokens, administrators to everybody's. Who isn't an administrator can't get a token that
 * outlives the credential that it came in with. What may be done is decided by the version of the file that is changed,
 * not by what the actor could do when it came in.
 */
@ProviderType
public interface UserRegistry {

    /** All users, sorted by name. */
    List<Account> accounts();

    /** The credential that somebody came in with, as it stands now; empty if there was none or it is gone. */
    Optional<Credential> credential(Login login);

    /**
     * Makes a token and enters its hash into the users file.
     *
     * @param actor who asks for it
     * @param user whom it is for
     * @param label what the user calls it; may be empty
     * @param expires when it ends; empty for never or, where the actor's own credential ends and it is no administrator,
     *     together with that
     */
    Result<IssuedToken> issueToken(Login actor, String user, String label, Optional<Instant> expires)
            throws IOException;

    /**
     * Makes a token with the label of another, which ends.
     *
     * @param actor who asks for it
     * @param user whose they are
     * @param token the old one: its label, or the beginning of its hash, six digits at least
     * @param expires when the new one ends; empty for as long a life as the old one was given
     * @param overlap for how long the old one still holds; zero takes it away at once
     */
    Result<IssuedToken> rotateToken(Login actor, String user, String token, Optional<Instant> expires, Duration overlap)
            throws IOException;

    /**
     * Takes a token out of the users file. Connections that came in with it end.
     *
     * @param actor who asks for it
     * @param user whose it is
     * @param token its label, or the beginning of its hash, six digits at least
     * @return what was taken away
     */
    Result<Credential> revokeToken(Login actor, String user, String token) throws IOException;

    /**
     * Takes a token out of the users file, and with it all tokens that were made with it, and with those, whoever has them.
     * Connections that came in with one of them end.
     *
     * @param actor who asks for it
     * @param user whose the token is
     * @param token its label, or the beginning of its hash, six digits at least
     * @return what was taken away, that token first
     */
    Result<List<Credential>> revokeWithDescendants(Login actor, String user, String token) throws IOException;

    /**
     * Takes everything out of the users file that a user can come in with. Connections that came in with that end.
     *
     * @param actor who asks for it
     * @return what was taken away
     */
    Result<List<Credential>> revokeAll(Login actor, String user) throws IOException;

    /**
     * A user as an administrator sees it.
     *
     * @param user the user with its grants
     * @param disabled whether it is switched off
     * @param credentials what it can come in with; no secrets
     */
    record Account(User user, boolean disabled, List<Credential> credentials) {
        public Account {
            credentials = List.copyOf(credentials);
        }
    }

    /**
     * Something to come in with.
     *
     * @param kind {@code token}, {@code curve-key} or {@code certificate}
     * @param id the beginning of a token's or certificate's SHA-256, or of a key, in hexadecimal
     * @param label the token's label; otherwise empty
     * @param created when the token was made, where that is known
     * @param expires when it ends, where it does
     * @param lastUsed when somebody last came in with it, to the second, where that is known
     * @param parent the {@code id} of the credential that a token was made with, where that is known; it need not be there
     *     any more
     */
    record Credential(
            String kind,
            String id,
            String label,
            Optional<Instant> created,
            Optional<Instant> expires,
            Optional<Instant> lastUsed,
            Optional<String> parent) {

        /** One that no other brought forth, as far as is known. */
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
     * A new token, which can't be had a second time.
     *
     * @param user whose it is
     * @param token the secret
     * @param credential what can be shown of it
     */
    record IssuedToken(String user, String token, Credential credential) {

        /** Without the secret. */
        @Override
        public String toString() {
            return "token " + credential.id() + " of " + user;
        }
    }
}
