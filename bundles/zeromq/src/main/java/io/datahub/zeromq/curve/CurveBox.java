package io.datahub.zeromq.curve;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * Authenticated encryption between two key pairs in one direction (NaCl's {@code crypto_box} and
 * {@code crypto_secretbox}: XSalsa20 and Poly1305), for nonces with a common prefix: what depends on the prefix is
 * computed once. A box is a tag of 16 bytes and the ciphertext, which is as long as the plaintext. Not thread-safe.
 */
final class CurveBox {

    static final int TAG = 16;
    private static final int PREFIX = 16;

    private final Salsa20 cipher;
    private final Poly1305 mac;
    private final int[] oneTimeKey = new int[8];

    /**
     * @param key the shared key, 32 bytes
     * @param prefix the first 16 bytes of each nonce
     * @param batch the thread's
     */
    private CurveBox(byte[] key, byte[] prefix, KeyStreamBatch batch) {
        byte[] subkey = Salsa20.derive(key, prefix);
        cipher = new Salsa20(subkey, batch);
        mac = new Poly1305(batch.chunk());
        Arrays.fill(subkey, (byte) 0);
    }

    CurveBox(byte[] key, byte[] prefix) {
        this(key, prefix, new KeyStreamBatch());
    }

    CurveBox(byte[] key, String prefix) {
        this(key, prefix, new KeyStreamBatch());
    }

    CurveBox(byte[] key, String prefix, KeyStreamBatch batch) {
        this(key, prefix.getBytes(StandardCharsets.US_ASCII), batch);
    }

    /** Creates a box for a single nonce, which consists of 8 bytes of text and 16 bytes. */
    static CurveBox of(byte[] key, String text, byte[] nonce) {
        byte[] prefix = Arrays.copyOf(text.getBytes(StandardCharsets.US_ASCII), PREFIX);
        System.arraycopy(nonce, 0, prefix, PREFIX / 2, PREFIX / 2);
        return new CurveBox(key, prefix);
    }

    /** The last 8 bytes of such a nonce, which aren't in the prefix. */
    static long nonceSuffix(byte[] nonce) {
        return ByteBuffer.wrap(nonce).getLong(PREFIX / 2);
    }

    /** The cipher, for computing the key stream of several boxes ahead. */
    Salsa20 cipher() {
        return cipher;
    }

    /**
     * Starts a box.
     *
     * @param nonce the last eight bytes of the nonce, big-endian
     */
    void begin(long nonce) {
        cipher.begin(nonce);
        cipher.readKey(oneTimeKey);
        mac.begin(oneTimeKey);
    }

    /** Encrypts or decrypts the next bytes, in place or towards the beginning of the buffer. */
    void crypt(ByteBuffer from, int fromAt, ByteBuffer to, int toAt, int length) {
        cipher.crypt(from, fromAt, to, toAt, length);
    }

    /** Adds ciphertext to the tag; its length must be a multiple of 16 in each call but the last. */
    void authenticate(ByteBuffer bytes, int at, int length) {
        mac.update(bytes, at, length);
    }

    /** Writes the tag of the authenticated bytes. */
    void tag(ByteBuffer to, int at) {
        mac.tag(to, at);
    }

    /**
     * Starts the box at this position and verifies its tag. If it is valid, {@link #crypt} is next, to decrypt the
     * ciphertext.
     */
    boolean verify(long nonce, ByteBuffer bytes, int at, int length) {
        begin(nonce);
        authenticate(bytes, at + TAG, length - TAG);
        return mac.isTag(bytes, at);
    }

    byte[] seal(long nonce, byte[] content) {
        ByteBuffer sealed = ByteBuffer.allocate(TAG + content.length);
        begin(nonce);
        crypt(ByteBuffer.wrap(content), 0, sealed, TAG, content.length);
        authenticate(sealed, TAG, content.length);
        tag(sealed, 0);
        return sealed.array();
    }

    /** Decrypts a box; empty if its tag is invalid. */
    Optional<byte[]> open(long nonce, byte[] sealed) {
        ByteBuffer bytes = ByteBuffer.wrap(sealed);
        if (sealed.length < TAG || !verify(nonce, bytes, 0, sealed.length)) {
            return Optional.empty();
        }
        ByteBuffer content = ByteBuffer.allocate(sealed.length - TAG);
        crypt(bytes, TAG, content, 0, content.capacity());
        return Optional.of(content.array());
    }
}
