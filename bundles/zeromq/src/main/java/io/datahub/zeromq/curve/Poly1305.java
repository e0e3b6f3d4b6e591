package io.datahub.zeromq.curve;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The one-time authenticator Poly1305 (RFC 8439, 2.5). Numbers modulo 2^130 - 5 are held in three limbs of 44 bits. Of
 * each product of limbs the low 44 bits and the rest are added up separately, so that no sum needs more than 64 bits.
 * Runs in constant time for a given length. Not thread-safe.
 */
final class Poly1305 {

    private static final long LIMB = 0xfffffffffffL;
    private static final int LIMB_BITS = 44;

    /** The highest limb has the bits from 88 on: 42 up to the modulus. */
    private static final int HIGH_BITS = 42;

    private static final long HIGH = 0x3ffffffffffL;

    /** 2^132 modulo 2^130 - 5. */
    private static final int WRAP = 20;

    /** Both factors are shifted by this, so that the upper 64 bits of a product are those from bit 44 on. */
    private static final int SHIFT = 10;

    private static final long INT = 0xffffffffL;
    private static final int BLOCK = 16;
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** Where bytes are copied to, since an array is read faster than buffers of several kinds. */
    private final byte[] chunk;

    private final byte[] last = new byte[BLOCK];

    /** The first half of the key: the multiplier r. */
    private long r0;

    private long r1;
    private long r2;

    /** The second half of the key: the addend s. */
    private long padLow;

    private long padHigh;

    /** The accumulator. */
    private long h0;

    private long h1;
    private long h2;

    /** @param chunk memory for a multiple of 16 bytes, which is overwritten */
    Poly1305(byte[] chunk) {
        this.chunk = chunk;
    }

    /** @param key eight little-endian integers, the lowest first */
    void begin(int[] key) {
        long low = pair(key[0], key[1]);
        long high = pair(key[2], key[3]);
        r0 = low & 0xffc0fffffffL;
        r1 = (low >>> 44 | high << 20) & 0xfffffc0ffffL;
        r2 = high >>> 24 & 0xffffffc0fL;
        padLow = pair(key[4], key[5]);
        padHigh = pair(key[6], key[7]);
        h0 = 0;
        h1 = 0;
        h2 = 0;
    }

    private static long pair(int low, int high) {
        return (low & INT) | (long) high << 32;
    }

    /** Adds bytes; the length must be a multiple of 16 in each call but the last. */
    void update(ByteBuffer bytes, int at, int length) {
        for (int done = 0; done < length; done += chunk.length) {
            int count = Math.min(chunk.length, length - done);
            bytes.get(at + done, chunk, 0, count);
            update(count);
        }
    }

    private void update(int length) {
        int whole = length & -BLOCK;
        blocks(chunk, whole, 1L << 40);
        if (whole < length) {
            LONGS.set(last, 0, 0L);
            LONGS.set(last, 8, 0L);
            System.arraycopy(chunk, whole, last, 0, length - whole);
            last[length - whole] = 1;
            blocks(last, BLOCK, 0);
        }
    }

    private void blocks(byte[] bytes, int length, long bit128) {
        long a0 = h0;
        long a1 = h1;
        long a2 = h2;
        final long m0 = r0;
        final long m1 = r1;
        final long m2 = r2;
        final long w1 = WRAP * m1;
        final long w2 = WRAP * m2;
        final long n0 = m0 << SHIFT;
        final long n1 = m1 << SHIFT;
        final long n2 = m2 << SHIFT;
        final long v1 = w1 << SHIFT;
        final long v2 = w2 << SHIFT;
        for (int i = 0; i < length; i += BLOCK) {
            long low = (long) LONGS.get(bytes, i);
            long high = (long) LONGS.get(bytes, i + 8);
            a0 += low & LIMB;
            a1 += (low >>> 44 | high << 20) & LIMB;
            a2 += high >>> 24 | bit128;
            long b0 = a0 << SHIFT;
            long b1 = a1 << SHIFT;
            long b2 = a2 << SHIFT;
            long d0 = (a0 * m0 & LIMB) + (a1 * w2 & LIMB) + (a2 * w1 & LIMB);
            long d1 = (a0 * m1 & LIMB) + (a1 * m0 & LIMB) + (a2 * w2 & LIMB);
            long d2 = (a0 * m2 & LIMB) + (a1 * m1 & LIMB) + (a2 * m0 & LIMB);
            d1 += Math.multiplyHigh(b0, n0) + Math.multiplyHigh(b1, v2) + Math.multiplyHigh(b2, v1);
            d2 += Math.multiplyHigh(b0, n1) + Math.multiplyHigh(b1, n0) + Math.multiplyHigh(b2, v2);
            d0 += WRAP * (Math.multiplyHigh(b0, n2) + Math.multiplyHigh(b1, n1) + Math.multiplyHigh(b2, n0));
            d1 += d0 >>> LIMB_BITS;
            d2 += d1 >>> LIMB_BITS;
            a0 = (d0 & LIMB) + WRAP * (d2 >>> LIMB_BITS);
            a1 = d1 & LIMB;
            a2 = d2 & LIMB;
        }
        h0 = a0;
        h1 = a1;
        h2 = a2;
    }

    /** Writes the tag, 16 bytes. */
    void tag(ByteBuffer to, int at) {
        tag();
        to.put(at, last);
    }

    private void tag() {
        reduce();
        long low = h0 | h1 << LIMB_BITS;
        long high = h1 >>> 20 | h2 << 24;
        long sum = low + padLow;
        long carry = Long.compareUnsigned(sum, low) < 0 ? 1 : 0;
        LONGS.set(last, 0, sum);
        LONGS.set(last, 8, high + padHigh + carry);
    }

    /** Propagates all carries and, without branching, subtracts 2^130 - 5 if the accumulator is at least that. */
    private void reduce() {
        for (int i = 0; i < 2; i++) {
            h1 += h0 >>> LIMB_BITS;
            h0 &= LIMB;
            h2 += h1 >>> LIMB_BITS;
            h1 &= LIMB;
            h0 += 5 * (h2 >>> HIGH_BITS);
            h2 &= HIGH;
        }
        h1 += h0 >>> LIMB_BITS;
        h0 &= LIMB;
        long g0 = h0 + 5;
        long g1 = h1 + (g0 >>> LIMB_BITS);
        long g2 = h2 + (g1 >>> LIMB_BITS) - (1L << HIGH_BITS);
        long smaller = g2 >> 63;
        h0 = (h0 & smaller) | (g0 & LIMB & ~smaller);
        h1 = (h1 & smaller) | (g1 & LIMB & ~smaller);
        h2 = (h2 & smaller) | (g2 & ~smaller);
    }

    /** Compares the tag in constant time. */
    boolean isTag(ByteBuffer bytes, int at) {
        tag();
        long low = (long) LONGS.get(last, 0);
        long high = (long) LONGS.get(last, 8);
        bytes.get(at, last);
        return ((low ^ (long) LONGS.get(last, 0)) | (high ^ (long) LONGS.get(last, 8))) == 0;
    }
}
