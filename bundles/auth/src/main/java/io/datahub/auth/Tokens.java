package io.datahub.auth;

import java.security.SecureRandom;
import java.util.Base64;

/** Generates tokens. */
final class Tokens {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int BYTES = 32;

    private Tokens() {}

    /** A random token: {@code dh_} and 32 random bytes in base64url. */
    static String random() {
        byte[] bytes = new byte[BYTES];
        RANDOM.nextBytes(bytes);
        return "dh_" + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** Whether this could be one. */
    static boolean hasForm(byte[] token) {
        return token.length == 46 && token[0] == 'd' && token[1] == 'h' && token[2] == '_';
    }
}
