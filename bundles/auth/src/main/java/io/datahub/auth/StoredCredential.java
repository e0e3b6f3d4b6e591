package io.datahub.auth;

import io.datahub.api.user.UserRegistry;
import java.time.Instant;
import java.util.Optional;

/**
 * A credential as the users file has it.
 *
 * @param kind what it is
 * @param value in lower-case hexadecimal: the SHA-256 of a token or certificate, or the bytes of a CURVE key
 * @param label a token's label; otherwise empty
 * @param expires when it ends, where it does
 */
record StoredCredential(Kind kind, String value, String label, Optional<Instant> expires) {

    /** The digits of every credential's value: 32 bytes in hexadecimal. */
    static final int DIGITS = 64;

    private static final int NAME_DIGITS = 32;

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

    UserRegistry.Credential described() {
        return new UserRegistry.Credential(kind.word(), label, expires);
    }
}
