package io.datahub.zeromq;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * The boxes between two key pairs in one direction, whose nonces all begin alike (NaCl's {@code crypto_box} and {@code
 * crypto_secretbox}: XSalsa20 and Poly1305). So what depends on that beginning is computed once. A box is a tag of 16 bytes
 * and as many bytes as were put in. For one thread.
 */
final class CurveBox {

    static final int TAG = 16;
    private static final int PREFIX = 16;

    private final Salsa20 cipher;
    private final Poly1305 authenticator = new Poly1305();
    private final int[] once = new int[8];

    /**
     * @param key what both sides share: 32 bytes
     * @param prefix the first 16 bytes of each nonce
     */
    CurveBox(byte[] key, byte[] prefix) {
        byte[] subkey = Salsa20.derive(key, prefix);
        cipher = new Salsa20(subkey);
        Arrays.fill(subkey, (byte) 0);
    }

    CurveBox(byte[] key, String prefix) {
        this(key, prefix.getBytes(StandardCharsets.US_ASCII));
    }

    /** A single box whose whole nonce is that text and these 16 bytes. */
    static CurveBox of(byte[] key, String text, byte[] nonce) {
        byte[] prefix = Arrays.copyOf(text.getBytes(StandardCharsets.US_ASCII), PREFIX);
        System.arraycopy(nonce, 0, prefix, PREFIX / 2, PREFIX / 2);
        return new CurveBox(key, prefix);
    }

    /** The part of such a nonce that isn't in the prefix. */
    static long rest(byte[] nonce) {
        return ByteBuffer.wrap(nonce).getLong(PREFIX / 2);
    }

    /** Begins a box; the nonce's last eight bytes, of which the first is the highest. */
    void begin(long nonce) {
        cipher.begin(nonce);
        cipher.take(once);
        authenticator.begin(once);
    }

    /** Goes on with what is in the box, to seal or to open it, in place or towards the buffer's beginning. */
    void crypt(ByteBuffer from, int fromAt, ByteBuffer to, int toAt, int length) {
        cipher.crypt(from, fromAt, to, toAt, length);
    }

    /** Goes on with what is sealed: a multiple of 16 bytes each time but the last. */
    void authenticate(ByteBuffer bytes, int at, int length) {
        authenticator.update(bytes, at, length);
    }

    /** Writes the tag of what was authenticated. */
    void tag(ByteBuffer to, int at) {
        authenticator.tag(to, at);
    }

    /** Whether a box is genuine, which begins at this place; the next thing is to {@link #crypt} what is in it. */
    boolean isGenuine(long nonce, ByteBuffer bytes, int at, int length) {
        begin(nonce);
        authenticate(bytes, at + TAG, length - TAG);
        return authenticator.isTag(bytes, at);
    }

    byte[] seal(long nonce, byte[] content) {
        ByteBuffer sealed = ByteBuffer.allocate(TAG + content.length);
        begin(nonce);
        crypt(ByteBuffer.wrap(content), 0, sealed, TAG, content.length);
        authenticate(sealed, TAG, content.length);
        tag(sealed, 0);
        return sealed.array();
    }

    /** What is in a box; empty if it isn't genuine. */
    Optional<byte[]> open(long nonce, byte[] sealed) {
        ByteBuffer bytes = ByteBuffer.wrap(sealed);
        if (sealed.length < TAG || !isGenuine(nonce, bytes, 0, sealed.length)) {
            return Optional.empty();
        }
        ByteBuffer content = ByteBuffer.allocate(sealed.length - TAG);
        crypt(bytes, TAG, content, 0, content.capacity());
        return Optional.of(content.array());
    }
}
