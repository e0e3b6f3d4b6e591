package io.datahub.api.user;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * The credentials presented by a client. The set of kinds is open: the hub verifies those defined here, and a
 * {@link CredentialVerifier} any other. None reveals its secret in {@link Object#toString}. Immutable.
 */
@ConsumerType
public interface Credentials {

    /**
     * The kind, by which the verifier is chosen: lower-case letters, digits and hyphens, such as {@code token}. It
     * appears in logs.
     *
     * @return the kind
     */
    String kind();

    /**
     * The user name claimed by the client, who must be the credential's owner.
     *
     * @return the name as the client sent it; empty if the protocol carries none
     */
    default Optional<String> user() {
        return Optional.empty();
    }

    /**
     * Identifies credentials that aren't a secret, such as a public key. Without a claimed user name, failures are
     * counted by it.
     *
     * @return the identifier, of at most 100 characters; empty if what is presented is a secret
     */
    default Optional<String> publicId() {
        return Optional.empty();
    }

    /**
     * A security token: one of the hub's, or, if none is known, an {@link ExternalToken} that is presented in the same
     * place.
     */
    final class Token implements Credentials {

        /** The kind, as in {@link #kind}. */
        public static final String KIND = "token";

        /** The maximum length of a token that is listed in the users file. Longer ones can only be external tokens. */
        public static final int MAX_LISTED_BYTES = 255;

        private final Optional<String> user;
        private final byte[] token;

        /**
         * Takes a token as the client presented it.
         *
         * @param user the user name claimed by the client; empty if only a token was presented
         * @param token the token's bytes, {@value ExternalToken#MAX_BYTES} at most; others are refused
         */
        public Token(Optional<String> user, byte[] token) {
            this.user = user;
            this.token = token.clone();
        }

        @Override
        public String kind() {
            return KIND;
        }

        @Override
        public Optional<String> user() {
            return user;
        }

        /**
         * The secret.
         *
         * @return a copy
         */
        public byte[] token() {
            return token.clone();
        }

        @Override
        public String toString() {
            return "token of " + user.orElse("?");
        }
    }

    /**
     * A token that was issued and signed by somebody else: a JWT in its compact form (RFC 7519, RFC 7515 7.1). Verified
     * by a {@link CredentialVerifier}.
     */
    final class ExternalToken implements Credentials {

        /** The kind, as in {@link #kind}. */
        public static final String KIND = "jwt";

        /** The maximum length in bytes. */
        public static final int MAX_BYTES = 16_384;

        private static final int PARTS = 3;

        private final Optional<String> user;
        private final String token;

        private ExternalToken(Optional<String> user, String token) {
            this.user = user;
            this.token = token;
        }

        /**
         * Takes what has the form of a JWT in compact form: three parts in base64url, separated by dots, of which the
         * first begins as a JSON object does, {@value #MAX_BYTES} bytes at most. Nothing is decoded or verified.
         *
         * @param user the user name claimed by the client; empty if only a token was presented
         * @param token the bytes as the client presented them
         * @return empty if they don't have that form
         */
        public static Optional<ExternalToken> of(Optional<String> user, byte[] token) {
            if (token.length > MAX_BYTES || token.length < 2 || token[0] != 'e' || token[1] != 'y') {
                return Optional.empty();
            }
            int parts = 1;
            int start = 0;
            for (int i = 0; i < token.length; i++) {
                if (token[i] == '.' && i > start) {
                    parts++;
                    start = i + 1;
                } else if (!isBase64Url(token[i])) {
                    return Optional.empty();
                }
            }
            return parts == PARTS && start < token.length
                    ? Optional.of(new ExternalToken(user, new String(token, StandardCharsets.US_ASCII)))
                    : Optional.empty();
        }

        private static boolean isBase64Url(byte c) {
            return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
        }

        @Override
        public String kind() {
            return KIND;
        }

        @Override
        public Optional<String> user() {
            return user;
        }

        /**
         * The secret in its compact form.
         *
         * @return the token, which must not be logged
         */
        public String token() {
            return token;
        }

        @Override
        public String toString() {
            return "external token of " + user.orElse("?");
        }
    }

    /** A CURVE public key of 32 bytes; the client proved possession of the secret key in the handshake. */
    final class CurveKey implements Credentials {

        /** The kind, as in {@link #kind}. */
        public static final String KIND = "curve-key";

        private final byte[] key;

        /**
         * Takes a key whose possession was proved.
         *
         * @param key 32 bytes
         */
        public CurveKey(byte[] key) {
            this.key = key.clone();
        }

        @Override
        public String kind() {
            return KIND;
        }

        @Override
        public Optional<String> publicId() {
            return Optional.of(HexFormat.of().formatHex(key));
        }

        /**
         * The public key.
         *
         * @return a copy
         */
        public byte[] key() {
            return key.clone();
        }

        @Override
        public String toString() {
            return "curve key " + Arrays.hashCode(key);
        }
    }

    /**
     * An SSH public key; the client proved possession of the private key by a signature that the transport verified.
     */
    final class SshKey implements Credentials {

        /** The kind, as in {@link #kind}. */
        public static final String KIND = "ssh-key";

        private final Optional<String> user;
        private final SshPublicKey key;

        /**
         * Takes a key whose possession was proved, or, for {@link Authenticator#isKnown} only, one that was offered.
         *
         * @param user the user name of the SSH login
         * @param key the public key
         */
        public SshKey(Optional<String> user, SshPublicKey key) {
            this.user = user;
            this.key = key;
        }

        @Override
        public String kind() {
            return KIND;
        }

        @Override
        public Optional<String> user() {
            return user;
        }

        @Override
        public Optional<String> publicId() {
            return Optional.of(key.fingerprint());
        }

        /**
         * The public key.
         *
         * @return the key
         */
        public SshPublicKey key() {
            return key;
        }

        @Override
        public String toString() {
            return "SSH key " + key.fingerprint() + " of " + user.orElse("?");
        }
    }

    /**
     * A TLS client certificate, verified in the handshake.
     *
     * @param sha256 the SHA-256 of its DER form, in lower-case hexadecimal
     */
    record Certificate(String sha256) implements Credentials {

        /** The kind, as in {@link #kind}. */
        public static final String KIND = "certificate";

        @Override
        public String kind() {
            return KIND;
        }

        @Override
        public Optional<String> publicId() {
            return Optional.of(sha256);
        }
    }

    /** No credentials: the user named {@code anonymous}, if there is one. */
    record None() implements Credentials {

        @Override
        public String kind() {
            return "none";
        }
    }
}
