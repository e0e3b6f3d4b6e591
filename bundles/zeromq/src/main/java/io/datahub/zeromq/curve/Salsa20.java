package io.datahub.zeromq.curve;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The stream cipher Salsa20/20 (D. J. Bernstein, "The Salsa20 family of stream ciphers") with keys of 256 bits, and the
 * key derivation HSalsa20. Works without allocation. Branches and memory accesses don't depend on secret data. Not thread-safe.
 */
final class Salsa20 {

    private static final int BLOCK = 64;
    private static final int KEY = 32;
    private static final int[] SIGMA = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long INT = 0xffffffffL;

    private final int[] state = new int[16];
    private final int[] block = new int[16];

    /** The number of bytes used of the current block. */
    private int used = BLOCK;

    private final KeyStreamBatch batch;

    private long nonce;
    private long counter;

    /**
     * Creates a cipher for a few bytes.
     *
     * @param key 32 bytes
     */
    Salsa20(byte[] key) {
        this(key, new KeyStreamBatch());
    }

    /**
     * Creates a cipher.
     *
     * @param key 32 bytes
     * @param batch the thread's, for blocks that are computed together
     */
    Salsa20(byte[] key, KeyStreamBatch batch) {
        this.batch = batch;
        for (int i = 0; i < 4; i++) {
            state[5 * i] = SIGMA[i];
            state[1 + i] = (int) INTS.get(key, 4 * i);
            state[11 + i] = (int) INTS.get(key, 16 + 4 * i);
        }
    }

    /**
     * Derives a key from a key: HSalsa20 (D. J. Bernstein, "Extending the Salsa20 nonce", section 2).
     *
     * @param input 16 bytes
     * @return 32 bytes
     */
    static byte[] derive(byte[] key, byte[] input) {
        Salsa20 salsa = new Salsa20(key);
        for (int i = 0; i < 4; i++) {
            salsa.state[6 + i] = (int) INTS.get(input, 4 * i);
        }
        salsa.core();
        byte[] derived = new byte[32];
        for (int i = 0; i < 4; i++) {
            INTS.set(derived, 4 * i, salsa.block[5 * i] - salsa.state[5 * i]);
            INTS.set(derived, 16 + 4 * i, salsa.block[6 + i] - salsa.state[6 + i]);
        }
        return derived;
    }

    /**
     * Starts the key stream of a nonce.
     *
     * @param nonce its eight bytes, big-endian
     */
    void begin(long nonce) {
        this.nonce = Long.reverseBytes(nonce);
        counter = 0;
        used = BLOCK;
    }

    /** Whether the first block of this nonce is computed. */
    boolean isAhead(long nonce) {
        return batch.has(state, Long.reverseBytes(nonce), 0);
    }

    /**
     * Forgets which blocks are computed ahead. {@link #addAhead} is next, for each nonce, and then
     * {@link #computeAhead}: a nonce that isn't used afterwards, or another one, costs time and does no harm.
     */
    void clearAhead() {
        batch.clear(state);
    }

    /**
     * Adds a key and as many bytes of the key stream.
     *
     * @return whether more can be added
     */
    boolean addAhead(long nonce, int length) {
        batch.add(Long.reverseBytes(nonce), 0, blocks(KEY + length));
        return !batch.isFull();
    }

    void computeAhead() {
        batch.compute();
    }

    private static int blocks(int length) {
        return (length + BLOCK - 1) / BLOCK;
    }

    /** Reads the next 32 bytes of the key stream, which must be at the start of a block. */
    void readKey(int[] key) {
        nextBlock(KEY);
        System.arraycopy(block, 0, key, 0, 8);
        used = KEY;
    }

    /** XORs the bytes with the key stream, in place or to a lower position of the same buffer. */
    void crypt(ByteBuffer from, int fromAt, ByteBuffer to, int toAt, int length) {
        byte[] chunk = batch.chunk();
        for (int done = 0; done < length; done += chunk.length) {
            int count = Math.min(chunk.length, length - done);
            from.get(fromAt + done, chunk, 0, count);
            crypt(chunk, count, length - done);
            to.put(toAt + done, chunk, 0, count);
        }
    }

    /** @param remaining how many bytes of the key stream are needed, these and those after them */
    private void crypt(byte[] bytes, int length, int remaining) {
        int done = 0;
        while (done < length) {
            if (used == BLOCK) {
                nextBlock(remaining - done);
            }
            int count = Math.min(BLOCK - used, length - done);
            if (count == BLOCK) {
                xorBlock(bytes, done);
            } else {
                xorPartialBlock(bytes, done, count);
            }
            used += count;
            done += count;
        }
    }

    private void xorBlock(byte[] bytes, int at) {
        int[] b = block;
        for (int i = 0; i < 8; i++) {
            long key = (b[2 * i] & INT) | (long) b[2 * i + 1] << 32;
            LONGS.set(bytes, at + 8 * i, (long) LONGS.get(bytes, at + 8 * i) ^ key);
        }
    }

    private void xorPartialBlock(byte[] bytes, int at, int length) {
        int i = 0;
        if ((used & 3) == 0) {
            for (; i + 4 <= length; i += 4) {
                INTS.set(bytes, at + i, (int) INTS.get(bytes, at + i) ^ block[(used + i) >> 2]);
            }
        }
        for (; i < length; i++) {
            bytes[at + i] ^= (byte) (block[(used + i) >> 2] >>> (8 * ((used + i) & 3)));
        }
    }

    /** Computes the next block, together with others if so many bytes follow that it is worth it. */
    private void nextBlock(int length) {
        state[6] = (int) nonce;
        state[7] = (int) (nonce >>> 32);
        state[8] = (int) counter;
        state[9] = (int) (counter >>> 32);
        if (batch.has(state, nonce, counter) || computeTogether(length)) {
            batch.read(block);
        } else {
            core();
        }
        used = 0;
        counter++;
    }

    private boolean computeTogether(int length) {
        if (length < KeyStreamBatch.MIN * BLOCK) {
            return false;
        }
        batch.clear(state);
        batch.add(nonce, counter, blocks(length));
        batch.compute();
        return true;
    }

    /** The core function: 20 rounds, in pairs of a column round and a row round. */
    private void core() {
        int[] s = state;
        int x0 = s[0];
        int x1 = s[1];
        int x2 = s[2];
        int x3 = s[3];
        int x4 = s[4];
        int x5 = s[5];
        int x6 = s[6];
        int x7 = s[7];
        int x8 = s[8];
        int x9 = s[9];
        int x10 = s[10];
        int x11 = s[11];
        int x12 = s[12];
        int x13 = s[13];
        int x14 = s[14];
        int x15 = s[15];
        for (int round = 0; round < 20; round += 2) {
            x4 ^= Integer.rotateLeft(x0 + x12, 7);
            x8 ^= Integer.rotateLeft(x4 + x0, 9);
            x12 ^= Integer.rotateLeft(x8 + x4, 13);
            x0 ^= Integer.rotateLeft(x12 + x8, 18);
            x9 ^= Integer.rotateLeft(x5 + x1, 7);
            x13 ^= Integer.rotateLeft(x9 + x5, 9);
            x1 ^= Integer.rotateLeft(x13 + x9, 13);
            x5 ^= Integer.rotateLeft(x1 + x13, 18);
            x14 ^= Integer.rotateLeft(x10 + x6, 7);
            x2 ^= Integer.rotateLeft(x14 + x10, 9);
            x6 ^= Integer.rotateLeft(x2 + x14, 13);
            x10 ^= Integer.rotateLeft(x6 + x2, 18);
            x3 ^= Integer.rotateLeft(x15 + x11, 7);
            x7 ^= Integer.rotateLeft(x3 + x15, 9);
            x11 ^= Integer.rotateLeft(x7 + x3, 13);
            x15 ^= Integer.rotateLeft(x11 + x7, 18);
            x1 ^= Integer.rotateLeft(x0 + x3, 7);
            x2 ^= Integer.rotateLeft(x1 + x0, 9);
            x3 ^= Integer.rotateLeft(x2 + x1, 13);
            x0 ^= Integer.rotateLeft(x3 + x2, 18);
            x6 ^= Integer.rotateLeft(x5 + x4, 7);
            x7 ^= Integer.rotateLeft(x6 + x5, 9);
            x4 ^= Integer.rotateLeft(x7 + x6, 13);
            x5 ^= Integer.rotateLeft(x4 + x7, 18);
            x11 ^= Integer.rotateLeft(x10 + x9, 7);
            x8 ^= Integer.rotateLeft(x11 + x10, 9);
            x9 ^= Integer.rotateLeft(x8 + x11, 13);
            x10 ^= Integer.rotateLeft(x9 + x8, 18);
            x12 ^= Integer.rotateLeft(x15 + x14, 7);
            x13 ^= Integer.rotateLeft(x12 + x15, 9);
            x14 ^= Integer.rotateLeft(x13 + x12, 13);
            x15 ^= Integer.rotateLeft(x14 + x13, 18);
        }
        int[] b = block;
        b[0] = x0 + s[0];
        b[1] = x1 + s[1];
        b[2] = x2 + s[2];
        b[3] = x3 + s[3];
        b[4] = x4 + s[4];
        b[5] = x5 + s[5];
        b[6] = x6 + s[6];
        b[7] = x7 + s[7];
        b[8] = x8 + s[8];
        b[9] = x9 + s[9];
        b[10] = x10 + s[10];
        b[11] = x11 + s[11];
        b[12] = x12 + s[12];
        b[13] = x13 + s[13];
        b[14] = x14 + s[14];
        b[15] = x15 + s[15];
    }
}
