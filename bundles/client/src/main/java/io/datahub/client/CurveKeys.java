package io.datahub.client;

import com.neilalexander.jnacl.crypto.curve25519xsalsa20poly1305;
import org.zeromq.ZMQ;

/**
 * A client's own pair of CURVE keys, in Z85: 40 characters each.
 *
 * @param publicKey stands in {@code broker_users.xml}
 * @param secretKey stays with the client
 */
public record CurveKeys(String publicKey, String secretKey) {

    private static final int BYTES = 32;
    private static final int CHARACTERS = 40;
    private static final byte[] NONE = {};

    /** A fresh pair. */
    public static CurveKeys generate() {
        ZMQ.Curve.KeyPair pair = ZMQ.Curve.generateKeyPair();
        return new CurveKeys(pair.publicKey, pair.secretKey);
    }

    /**
     * The pair that a secret key belongs to.
     *
     * @throws IllegalArgumentException if it is no key
     */
    public static CurveKeys ofSecret(String secretKey) {
        byte[] secret = decode(secretKey, "the secret key");
        byte[] own = new byte[BYTES];
        curve25519xsalsa20poly1305.crypto_box_getpublickey(own, secret);
        return new CurveKeys(ZMQ.Curve.z85Encode(own), secretKey);
    }

    /** The element that gives a user this key in {@code broker_users.xml}. */
    public String usersFileLine() {
        String escaped = publicKey.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
        return "<curve-key>" + escaped + "</curve-key>";
    }

    /** The bytes of a key. The message of what it throws doesn't repeat the key, which may be secret. */
    static byte[] decode(String key, String what) {
        byte[] bytes = key.length() == CHARACTERS ? decode(key) : NONE;
        if (bytes.length != BYTES || !ZMQ.Curve.z85Encode(bytes).equals(key)) {
            throw new IllegalArgumentException(what + " isn't 40 characters of Z85");
        }
        return bytes;
    }

    /** JeroMQ takes many a text that is no Z85 for something, and fails in its own ways with others. */
    private static byte[] decode(String key) {
        try {
            return ZMQ.Curve.z85Decode(key);
        } catch (RuntimeException e) {
            return NONE;
        }
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return publicKey;
    }
}
