package io.datahub.auth;

import io.datahub.api.user.UserRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * A credential as the users file has it.
 *
 * @param kind what it is
 * @param value in lower-case hexadecimal: the SHA-256 of a token or certificate, or the bytes of a CURVE key
 * @param label a token's label; otherwise empty
 * @param created when a token was made, where that is written down
 * @param expires when it ends, where it does
 * @param parent the value of the credential that a token was made with, where that is written down
 */
record StoredCredential(
        Kind kind,
        String value,
        String label,
        Optional<Instant> created,
        Optional<Instant> expires,
        Optional<String> parent) {

    /** One that no other brought forth, as far as is written down. */
    StoredCredential(Kind kind, String value, String label, Optional<Instant> created, Optional<Instant> expires) {
        this(kind, value, label, created, expires, Optional.empty());
    }

    /** The digits of every credential's value: 32 bytes in hexadecimal. */
    static final int DIGITS = 64;

    private static final int NAME_DIGITS = 32;
    private static final int ID_DIGITS = 16;
    private static final int LEAST_DIGITS = 6;

    /** The kinds of credentials. */
    enum Kind {
        TOKEN("token"),
        CURVE_KEY("curve-key"),
        CERTIFICATE("certificate");

        private final String word;

        Kind(String word) {
            this.word = word;
        }

        /** The element for it in the users file. */
        String word() {
            return word;
        }
    }

    /** What a login remembers of it. It can't be turned back into a token. */
    String name() {
        return name(kind, value);
    }

    static String name(Kind kind, String value) {
        return kind.word() + ":" + value.substring(0, NAME_DIGITS);
    }

    boolean isLiveAt(Instant now) {
        return expires.map(now::isBefore).orElse(true);
    }

    /** For how long it was meant to last, where that is written down. */
    Optional<Duration> lifetime() {
        return created.flatMap(begin -> expires.map(end -> Duration.between(begin, end)))
                .filter(time -> !time.isNegative() && !time.isZero());
    }

    /** The same with another end. */
    StoredCredential until(Instant end) {
        return new StoredCredential(kind, value, label, created, Optional.of(end), parent);
    }

    /** The same as made with another credential. */
    StoredCredential madeWith(Optional<String> value) {
        return new StoredCredential(kind, this.value, label, created, expires, value);
    }

    /** What people call it by. */
    String id() {
        return value.substring(0, ID_DIGITS);
    }

    /** Whether somebody who writes down the beginning of a hash means this one. */
    boolean isMeantBy(String digits) {
        return digits.length() >= LEAST_DIGITS && value.startsWith(digits.toLowerCase(Locale.ROOT));
    }

    UserRegistry.Credential described(Optional<Instant> lastUsed) {
        Optional<String> parentId = parent.map(whole -> whole.substring(0, ID_DIGITS));
        return new UserRegistry.Credential(kind.word(), id(), label, created, expires, lastUsed, parentId);
    }
}
