package io.datahub.zeromq.curve;

import io.datahub.api.user.Z85;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import org.bouncycastle.math.ec.rfc7748.X25519;

/** A Curve25519 key pair (RFC 7748), 32 bytes each. Immutable and thread-safe. */
public final class CurveKeyPair {

    public static final int KEY_BYTES = 32;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final byte[] publicKey;
    private final byte[] secretKey;

    CurveKeyPair(byte[] publicKey, byte[] secretKey) {
        this.publicKey = publicKey.clone();
        this.secretKey = secretKey.clone();
    }

    /** Derives the key pair of a secret key. */
    public static CurveKeyPair of(byte[] secretKey) {
        byte[] publicKey = new byte[KEY_BYTES];
        X25519.generatePublicKey(secretKey, 0, publicKey, 0);
        return new CurveKeyPair(publicKey, secretKey);
    }

    static CurveKeyPair random() {
        return of(randomBytes(KEY_BYTES));
    }

    static byte[] randomBytes(int length) {
        byte[] bytes = new byte[length];
        RANDOM.nextBytes(bytes);
        return bytes;
    }

    public byte[] publicKey() {
        return publicKey.clone();
    }

    public byte[] secretKey() {
        return secretKey.clone();
    }

    /** See {@link #shared}. */
    Optional<byte[]> sharedWith(byte[] otherPublicKey) {
        return shared(secretKey, otherPublicKey);
    }

    /**
     * The shared key of a secret key and another party's public key (NaCl's {@code crypto_box_beforenm}); empty if the
     * public key is one of the few of small order, which agree on the same key with everyone.
     */
    static Optional<byte[]> shared(byte[] secretKey, byte[] publicKey) {
        byte[] agreement = new byte[KEY_BYTES];
        if (!X25519.calculateAgreement(secretKey, 0, publicKey, 0, agreement, 0)) {
            return Optional.empty();
        }
        byte[] shared = Salsa20.derive(agreement, new byte[16]);
        Arrays.fill(agreement, (byte) 0);
        return Optional.of(shared);
    }

    /** The public key in Z85. */
    @Override
    public String toString() {
        return Z85.encode(publicKey);
    }
}
