package io.datahub.client;

import java.nio.charset.StandardCharsets;

/** What a client shows to log in. None tells its secret by {@link Object#toString}. */
public sealed interface Credential {

    /** A user's name and one of its tokens; goes in clear, so to a hub on this machine or through a tunnel. */
    record Token(String user, String token) implements Credential {

        private static final int MOST_BYTES = 255;

        public Token {
            require(user, "the user's name");
            require(token, "the token");
        }

        private static void require(String text, String what) {
            int length = text.getBytes(StandardCharsets.UTF_8).length;
            if (length == 0 || length > MOST_BYTES) {
                throw new IllegalArgumentException(what + " has " + length + " bytes; it must have 1 to 255");
            }
        }

        @Override
        public String toString() {
            return user;
        }
    }

    /**
     * Keys: everything goes encrypted, and the hub proves who it is.
     *
     * @param own the client's
     * @param hubKey the hub's public key, from its {@code state/curve.pub} or {@code /whoami}
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

    /** Nothing: for what the user {@code anonymous} may do, if the hub has one. */
    record Anonymous() implements Credential {

        @Override
        public String toString() {
            return "anonymous";
        }
    }
}
