package io.datahub.client;

import com.neilalexander.jnacl.crypto.curve25519xsalsa20poly1305;
import org.zeromq.ZMQ;

/**
 * A client's CURVE key pair, each key in Z85: 40 characters. Immutable and thread-safe.
 *
 * @param publicKey the public key, to be listed in {@code broker_users.xml}
 * @param secretKey the secret key, which only the client has
 */
public record CurveKeys(String publicKey, String secretKey) {

    private static final int BYTES = 32;
    private static final int CHARACTERS = 40;
    private static final byte[] INVALID = {};

    /** Generates a random key pair. */
    public static CurveKeys generate() {
        ZMQ.Curve.KeyPair pair = ZMQ.Curve.generateKeyPair();
        return new CurveKeys(pair.publicKey, pair.secretKey);
    }

    /**
     * Derives the key pair of a secret key.
     *
     * @throws IllegalArgumentException if it isn't a valid key
     */
    public static CurveKeys ofSecret(String secretKey) {
        byte[] secret = decode(secretKey, "the secret key");
        byte[] bytes = new byte[BYTES];
        curve25519xsalsa20poly1305.crypto_box_getpublickey(bytes, secret);
        return new CurveKeys(ZMQ.Curve.z85Encode(bytes), secretKey);
    }

    /** The XML element that adds this public key to a user in {@code broker_users.xml}. */
    public String usersFileLine() {
        String escaped = publicKey.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
        return "<curve-key>" + escaped + "</curve-key>";
    }

    /** Decodes a key. The exception's message doesn't contain the key, which may be secret. */
    static byte[] decode(String key, String what) {
        byte[] bytes = key.length() == CHARACTERS ? decode(key) : INVALID;
        if (bytes.length != BYTES || !ZMQ.Curve.z85Encode(bytes).equals(key)) {
            throw new IllegalArgumentException(what + " isn't 40 characters of Z85");
        }
        return bytes;
    }

    /** JeroMQ decodes some invalid Z85 without an error, and fails in different ways for other invalid input. */
    private static byte[] decode(String key) {
        try {
            return ZMQ.Curve.z85Decode(key);
        } catch (RuntimeException e) {
            return INVALID;
        }
    }

    /** The public key only, never the secret one. */
    @Override
    public String toString() {
        return publicKey;
    }
}
