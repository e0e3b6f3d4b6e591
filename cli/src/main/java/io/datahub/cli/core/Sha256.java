package io.datahub.cli.core;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;

/**
 * SHA-256 (FIPS 180-4). The first bytes that a process has are digested here: to find Java's implementation by way of the security
 * providers takes as much processor time as all else that a short command does. Java's, which is much faster then, digests the
 * rest. Not thread-safe, as every {@link MessageDigest}.
 */
final class Sha256 extends MessageDigest {

    private static final String NAME = "SHA-256";
    private static final int DIGEST_BYTES = 32;
    private static final int BLOCK_BYTES = 64;
    private static final int LENGTH_BYTES = 8;
    private static final int ROUNDS = 64;

    /** So many bytes a process digests without Java's implementation. */
    private static final int SHORT = 65_536;

    private static final AtomicLong TOTAL = new AtomicLong();

    private static final int[] INITIAL = {
        0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19
    };

    private static final int[] CONSTANTS = {
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
        0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
        0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
        0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
        0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2
    };

    private final ByteArrayOutputStream message = new ByteArrayOutputStream();
    private MessageDigest provided;

    Sha256() {
        super(NAME);
    }

    @Override
    protected void engineUpdate(byte input) {
        engineUpdate(new byte[] {input}, 0, 1);
    }

    @Override
    protected void engineUpdate(byte[] input, int offset, int length) {
        if (provided == null && TOTAL.addAndGet(length) > SHORT) {
            provided = provided();
            provided.update(message.toByteArray());
            message.reset();
        }
        if (provided != null) {
            provided.update(input, offset, length);
        } else {
            message.write(input, offset, length);
        }
    }

    private static MessageDigest provided() {
        try {
            return MessageDigest.getInstance(NAME);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    protected int engineGetDigestLength() {
        return DIGEST_BYTES;
    }

    @Override
    protected byte[] engineDigest() {
        byte[] digest = provided != null ? provided.digest() : hash(message.toByteArray());
        engineReset();
        return digest;
    }

    @Override
    protected void engineReset() {
        provided = null;
        message.reset();
    }

    private static byte[] hash(byte[] message) {
        int blocks = (message.length + LENGTH_BYTES) / BLOCK_BYTES + 1;
        ByteBuffer padded = ByteBuffer.wrap(Arrays.copyOf(message, blocks * BLOCK_BYTES));
        padded.put(message.length, (byte) 0x80);
        padded.putLong(padded.capacity() - LENGTH_BYTES, (long) message.length * Byte.SIZE);
        int[] state = INITIAL.clone();
        for (int i = 0; i < blocks; i++) {
            compress(padded, state);
        }
        ByteBuffer digest = ByteBuffer.allocate(DIGEST_BYTES);
        for (int word : state) {
            digest.putInt(word);
        }
        return digest.array();
    }

    /** Section 6.2.2. */
    private static void compress(ByteBuffer block, int[] state) {
        int[] w = new int[ROUNDS];
        for (int t = 0; t < ROUNDS; t++) {
            w[t] = t < 16
                    ? block.getInt()
                    : w[t - 16] + w[t - 7] + sigma(w[t - 15], 7, 18, 3) + sigma(w[t - 2], 17, 19, 10);
        }
        int a = state[0];
        int b = state[1];
        int c = state[2];
        int d = state[3];
        int e = state[4];
        int f = state[5];
        int g = state[6];
        int h = state[7];
        for (int t = 0; t < ROUNDS; t++) {
            int t1 = h + sum(e, 6, 11, 25) + ((e & f) ^ (~e & g)) + CONSTANTS[t] + w[t];
            int t2 = sum(a, 2, 13, 22) + ((a & b) ^ (a & c) ^ (b & c));
            h = g;
            g = f;
            f = e;
            e = d + t1;
            d = c;
            c = b;
            b = a;
            a = t1 + t2;
        }
        state[0] += a;
        state[1] += b;
        state[2] += c;
        state[3] += d;
        state[4] += e;
        state[5] += f;
        state[6] += g;
        state[7] += h;
    }

    private static int sum(int x, int first, int second, int third) {
        return Integer.rotateRight(x, first) ^ Integer.rotateRight(x, second) ^ Integer.rotateRight(x, third);
    }

    private static int sigma(int x, int first, int second, int shift) {
        return Integer.rotateRight(x, first) ^ Integer.rotateRight(x, second) ^ (x >>> shift);
    }
}
