package io.datahub.auth;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.SecureRandom;
import java.util.Base64;

/** Generates tokens. */
final class Tokens {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String PREFIX = "dh_";
    private static final int BYTES = 32;
    private static final int LENGTH = PREFIX.length() + (BYTES * Byte.SIZE + 5) / 6; // six bits a character

    private Tokens() {}

    /** A random token: {@code dh_} and 32 random bytes in base64url. */
    static String random() {
        byte[] bytes = new byte[BYTES];
        RANDOM.nextBytes(bytes);
        return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** Whether this could be one. */
    static boolean hasForm(byte[] token) {
        return token.length == LENGTH && new String(token, US_ASCII).startsWith(PREFIX);
    }
}
