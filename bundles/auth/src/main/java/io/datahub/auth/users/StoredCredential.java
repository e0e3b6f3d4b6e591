package io.datahub.auth.users;

import io.datahub.api.user.UserRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;

/**
 * A credential as stored in the users file.
 *
 * @param kind its kind
 * @param value in lower-case hexadecimal: the SHA-256 of a token, certificate or SSH key, or the bytes of a CURVE key
 * @param label the label of a token or SSH key; otherwise empty
 * @param created when a token was created, where recorded
 * @param expires when it expires, if it does
 * @param parent the value of the credential that a token was created with, where recorded
 */
public record StoredCredential(
        Kind kind,
        String value,
        String label,
        Optional<Instant> created,
        Optional<Instant> expires,
        Optional<String> parent) {

    /** A credential without a recorded parent. */
    StoredCredential(Kind kind, String value, String label, Optional<Instant> created, Optional<Instant> expires) {
        this(kind, value, label, created, expires, Optional.empty());
    }

    /** The length of every credential's value: 32 bytes in hexadecimal. */
    static final int DIGITS = 64;

    private static final int NAME_DIGITS = 32;
    private static final int ID_DIGITS = 16;
    private static final int MIN_DIGITS = 6;

    /** The kinds of credentials. */
    public enum Kind {
        TOKEN("token"),
        CURVE_KEY("curve-key"),
        CERTIFICATE("certificate"),
        SSH_KEY("ssh-key");

        private final String word;

        Kind(String word) {
            this.word = word;
        }

        /** Its element name in the users file. */
        public String word() {
            return word;
        }
    }

    /** The identifier kept in a login. The token can't be derived from it. */
    public String name() {
        return name(kind, value);
    }

    public static String name(Kind kind, String value) {
        return kind.word() + ":" + value.substring(0, NAME_DIGITS);
    }

    /** Whether it opens a way in without further bundles, as an administrator must always have. */
    boolean isGeneral() {
        return kind != Kind.SSH_KEY;
    }

    public boolean isValidAt(Instant now) {
        return expires.map(now::isBefore).orElse(true);
    }

    /** The lifetime it was created with, where recorded. */
    public Optional<Duration> lifetime() {
        return created.flatMap(begin -> expires.map(end -> Duration.between(begin, end)))
                .filter(time -> !time.isNegative() && !time.isZero());
    }

    /** A copy with another expiry. */
    StoredCredential withExpiry(Instant end) {
        return new StoredCredential(kind, value, label, created, Optional.of(end), parent);
    }

    /** A copy with another parent. */
    StoredCredential withParent(Optional<String> value) {
        return new StoredCredential(kind, this.value, label, created, expires, value);
    }

    /** The short ID shown to users; for an SSH key, its fingerprint as OpenSSH prints it. */
    public String id() {
        return kind == Kind.SSH_KEY
                ? "SHA256:"
                        + Base64.getEncoder()
                                .withoutPadding()
                                .encodeToString(HexFormat.of().parseHex(value))
                : id(value);
    }

    /** The short ID of what has this value. */
    public static String id(String value) {
        return value.substring(0, ID_DIGITS);
    }

    /** Whether it has this label, or its hash starts with these digits. */
    public boolean matches(String labelOrPrefix) {
        return (!labelOrPrefix.isEmpty() && labelOrPrefix.equals(label)) || matchesPrefix(labelOrPrefix);
    }

    /** Whether its hash starts with these digits, which must be enough of them. */
    boolean matchesPrefix(String digits) {
        return digits.length() >= MIN_DIGITS && value.startsWith(digits.toLowerCase(Locale.ROOT));
    }

    public UserRegistry.Credential described(Optional<Instant> lastUsed) {
        Optional<String> parentId = parent.map(StoredCredential::id);
        return new UserRegistry.Credential(kind.word(), id(), label, created, expires, lastUsed, parentId);
    }
}
