package io.datahub.hooks.signature;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** HMAC-SHA-256 (RFC 2104), compared in constant time. */
public final class Hmac {

    /** The length of a code, in bytes. */
    static final int BYTES = 32;

    private static final String ALGORITHM = "HmacSHA256";

    private Hmac() {}

    /** The code of the concatenated parts; the key isn't empty. */
    public static byte[] of(byte[] key, byte[]... parts) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
            for (byte[] part : parts) {
                mac.update(part);
            }
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + ALGORITHM, e);
        }
    }

    /** Whether a code that was received is the right one. */
    static boolean matches(byte[] received, byte[] key, byte[]... parts) {
        return received.length == BYTES && MessageDigest.isEqual(received, of(key, parts));
    }
}
