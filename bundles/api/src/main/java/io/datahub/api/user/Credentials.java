package io.datahub.api.user;

import java.util.Arrays;
import java.util.Optional;

/** The credentials presented by a client. None reveals its secret in {@link Object#toString}. */
public sealed interface Credentials {

    /** A security token, with the user's name if the protocol carries one. */
    final class Token implements Credentials {
        private final Optional<String> user;
        private final byte[] token;

        /**
         * Takes a token as the client presented it.
         *
         * @param token the token's bytes, 255 at most
         */
        public Token(Optional<String> user, byte[] token) {
            this.user = user;
            this.token = token.clone();
        }

        /** The user name claimed by the client; it must be the token's owner. Empty if only a token was presented. */
        public Optional<String> user() {
            return user;
        }

        public byte[] token() {
            return token.clone();
        }

        @Override
        public String toString() {
            return "token of " + user.orElse("?");
        }
    }

    /** A CURVE public key of 32 bytes; the client proved possession of the secret key in the handshake. */
    final class CurveKey implements Credentials {
        private final byte[] key;

        public CurveKey(byte[] key) {
            this.key = key.clone();
        }

        public byte[] key() {
            return key.clone();
        }

        @Override
        public String toString() {
            return "curve key " + Arrays.hashCode(key);
        }
    }

    /**
     * A TLS client certificate, verified in the handshake.
     *
     * @param sha256 the SHA-256 of its DER form, in lower-case hexadecimal
     */
    record Certificate(String sha256) implements Credentials {}

    /** No credentials: the user named {@code anonymous}, if there is one. */
    record None() implements Credentials {}
}
