package io.datahub.auth.shortlived;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.datahub.api.user.LoginSession;
import io.datahub.api.user.UserRegistry.Credential;
import io.datahub.auth.users.StoredCredential;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A short-lived token, without its secret.
 *
 * @param sha256 the SHA-256 of the token, in lower-case hexadecimal
 * @param user its owner
 * @param parent the identifier of the credential it was made with, as kept in a login
 * @param label its label; may be empty
 * @param session the browser session that it ends with; such a token doesn't outlast the hub
 */
public record ShortLivedToken(
        String sha256,
        String user,
        String parent,
        String label,
        Instant created,
        Instant expires,
        Optional<LoginSession> session) {

    public static final String KIND = "short-lived";

    /** How long a token is valid at most. */
    public static final Duration MAX_LIFETIME = Duration.ofHours(1);

    private static final int FIELDS = 6;
    private static final int NAME_DIGITS = 32;
    private static final int MIN_DIGITS = 6;

    /** The identifier kept in a login. */
    public String name() {
        return name(sha256);
    }

    /** Whether this identifies a short-lived token. */
    public static boolean isNamed(String credential) {
        return credential.startsWith(KIND + ":");
    }

    public static String name(String sha256) {
        return KIND + ":" + sha256.substring(0, NAME_DIGITS);
    }

    public boolean isValidAt(Instant now) {
        return now.isBefore(expires);
    }

    /** Whether this is the SHA-256 of the token, in lower-case hexadecimal. */
    boolean hasHash(String wanted) {
        return MessageDigest.isEqual(sha256.getBytes(US_ASCII), wanted.getBytes(US_ASCII));
    }

    public boolean matches(String wanted) {
        return (!wanted.isEmpty() && wanted.equals(label))
                || (wanted.length() >= MIN_DIGITS && sha256.startsWith(wanted));
    }

    public Credential described(Optional<Instant> lastUsed) {
        String digits = parent.substring(parent.indexOf(':') + 1);
        return new Credential(
                KIND,
                StoredCredential.id(sha256),
                label,
                Optional.of(created),
                Optional.of(expires),
                lastUsed,
                Optional.of(digits.substring(
                        0, Math.min(digits.length(), StoredCredential.id(sha256).length()))));
    }

    /** One line of the hub's state. */
    String line() {
        return String.join(" ", sha256, created.toString(), expires.toString(), parent, user, label) + "\n";
    }

    /** Reads a {@link #line}, without its end. */
    static ShortLivedToken parse(String line) {
        String[] fields = line.split(" ", FIELDS);
        return new ShortLivedToken(
                fields[0],
                fields[4],
                fields[3],
                fields[5],
                Instant.parse(fields[1]),
                Instant.parse(fields[2]),
                Optional.empty());
    }
}
