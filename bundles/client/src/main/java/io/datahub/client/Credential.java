package io.datahub.client;

import java.nio.charset.StandardCharsets;

/**
 * The credentials that a client authenticates with. No implementation includes its secret in {@link Object#toString}.
 */
public sealed interface Credential {

    /**
     * A user name and one of the user's tokens (the PLAIN mechanism). They are sent unencrypted, so use them only for a
     * hub on the same machine or through an encrypted tunnel.
     *
     * @param user the user name, 1 to 255 bytes of UTF-8
     * @param token the token, 1 to 255 bytes of UTF-8
     */
    record Token(String user, String token) implements Credential {

        private static final int MAX_BYTES = 255;

        public Token {
            require(user, "the user's name");
            require(token, "the token");
        }

        private static void require(String text, String what) {
            int length = text.getBytes(StandardCharsets.UTF_8).length;
            if (length == 0 || length > MAX_BYTES) {
                throw new IllegalArgumentException(what + " must have 1 to 255 bytes, but has " + length);
            }
        }

        @Override
        public String toString() {
            return user;
        }
    }

    /**
     * CURVE keys: all traffic is encrypted, and the hub authenticates itself to the client.
     *
     * @param own the client's key pair
     * @param hubKey the hub's public key in Z85, from its {@code state/curve.pub} or {@code /whoami}
     */
    record Curve(CurveKeys own, String hubKey) implements Credential {

        public Curve {
            CurveKeys.decode(own.publicKey(), "the public key");
            CurveKeys.decode(own.secretKey(), "the secret key");
            CurveKeys.decode(hubKey, "the hub's key");
        }

        @Override
        public String toString() {
            return "the key " + own.publicKey();
        }
    }

    /** No credentials: grants what the user {@code anonymous} may do, if the hub has one. */
    record Anonymous() implements Credential {

        @Override
        public String toString() {
            return "anonymous";
        }
    }
}
