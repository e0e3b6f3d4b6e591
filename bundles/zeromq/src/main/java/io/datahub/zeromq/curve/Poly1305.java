package io.datahub.zeromq.curve;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The one-time authenticator Poly1305 (RFC 8439, 2.5). Numbers modulo 2^130 - 5 are held in five limbs of 26 bits. Runs
 * in constant time for a given length. Not thread-safe.
 */
final class Poly1305 {

    private static final int LIMB = 0x3ffffff;
    private static final long INT = 0xffffffffL;
    private static final int BLOCK = 16;
    private static final VarHandle LONGS = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final ByteBuffer last = ByteBuffer.allocate(BLOCK);

    /** The first half of the key: the multiplier r. */
    private long r0;

    private long r1;
    private long r2;
    private long r3;
    private long r4;

    /** The second half of the key: the addend s. */
    private long padLow;

    private long padHigh;

    /** The accumulator. */
    private int h0;

    private int h1;
    private int h2;
    private int h3;
    private int h4;

    /** @param key eight little-endian integers, the lowest first */
    void begin(int[] key) {
        long low = pair(key[0], key[1]);
        long high = pair(key[2], key[3]);
        r0 = low & 0x3ffffff;
        r1 = low >>> 26 & 0x3ffff03;
        r2 = (low >>> 52 | high << 12) & 0x3ffc0ff;
        r3 = high >>> 14 & 0x3f03fff;
        r4 = high >>> 40 & 0x00fffff;
        padLow = pair(key[4], key[5]);
        padHigh = pair(key[6], key[7]);
        h0 = 0;
        h1 = 0;
        h2 = 0;
        h3 = 0;
        h4 = 0;
    }

    private static long pair(int low, int high) {
        return (low & INT) | (long) high << 32;
    }

    /** Adds bytes; the length must be a multiple of 16 in each call but the last. */
    void update(ByteBuffer bytes, int at, int length) {
        int whole = length & -BLOCK;
        blocks(bytes, at, whole, 1 << 24);
        int rest = length - whole;
        if (rest > 0) {
            LONGS.set(last, 0, 0L);
            LONGS.set(last, 8, 0L);
            last.put(0, bytes, at + whole, rest);
            last.put(rest, (byte) 1);
            blocks(last, 0, BLOCK, 0);
        }
    }

    private void blocks(ByteBuffer bytes, int at, int length, int bit128) {
        long a0 = h0;
        long a1 = h1;
        long a2 = h2;
        long a3 = h3;
        long a4 = h4;
        final long m0 = r0;
        final long m1 = r1;
        final long m2 = r2;
        final long m3 = r3;
        final long m4 = r4;
        final long f1 = 5 * m1;
        final long f2 = 5 * m2;
        final long f3 = 5 * m3;
        final long f4 = 5 * m4;
        for (int i = at; i < at + length; i += BLOCK) {
            long low = (long) LONGS.get(bytes, i);
            long high = (long) LONGS.get(bytes, i + 8);
            a0 += low & LIMB;
            a1 += low >>> 26 & LIMB;
            a2 += (low >>> 52 | high << 12) & LIMB;
            a3 += high >>> 14 & LIMB;
            a4 += high >>> 40 | bit128;
            long d0 = a0 * m0 + a1 * f4 + a2 * f3 + a3 * f2 + a4 * f1;
            long d1 = a0 * m1 + a1 * m0 + a2 * f4 + a3 * f3 + a4 * f2;
            long d2 = a0 * m2 + a1 * m1 + a2 * m0 + a3 * f4 + a4 * f3;
            long d3 = a0 * m3 + a1 * m2 + a2 * m1 + a3 * m0 + a4 * f4;
            long d4 = a0 * m4 + a1 * m3 + a2 * m2 + a3 * m1 + a4 * m0;
            d1 += d0 >>> 26;
            d2 += d1 >>> 26;
            d3 += d2 >>> 26;
            d4 += d3 >>> 26;
            a0 = (d0 & LIMB) + 5 * (d4 >>> 26);
            a1 = (d1 & LIMB) + (a0 >>> 26);
            a0 &= LIMB;
            a2 = d2 & LIMB;
            a3 = d3 & LIMB;
            a4 = d4 & LIMB;
        }
        h0 = (int) a0;
        h1 = (int) a1;
        h2 = (int) a2;
        h3 = (int) a3;
        h4 = (int) a4;
    }

    /** Writes the tag, 16 bytes. */
    void tag(ByteBuffer to, int at) {
        reduce();
        long low = h0 | (long) h1 << 26 | (long) h2 << 52;
        long high = h2 >>> 12 | (long) h3 << 14 | (long) h4 << 40;
        long sum = low + padLow;
        long carry = Long.compareUnsigned(sum, low) < 0 ? 1 : 0;
        LONGS.set(to, at, sum);
        LONGS.set(to, at + 8, high + padHigh + carry);
    }

    /** Propagates all carries and, without branching, subtracts 2^130 - 5 if the accumulator is at least that. */
    private void reduce() {
        for (int i = 0; i < 2; i++) {
            h2 += h1 >>> 26;
            h1 &= LIMB;
            h3 += h2 >>> 26;
            h2 &= LIMB;
            h4 += h3 >>> 26;
            h3 &= LIMB;
            h0 += 5 * (h4 >>> 26);
            h4 &= LIMB;
            h1 += h0 >>> 26;
            h0 &= LIMB;
        }
        int g0 = h0 + 5;
        int g1 = h1 + (g0 >>> 26);
        int g2 = h2 + (g1 >>> 26);
        int g3 = h3 + (g2 >>> 26);
        int g4 = h4 + (g3 >>> 26) - (1 << 26);
        int smaller = g4 >> 31;
        h0 = (h0 & smaller) | (g0 & LIMB & ~smaller);
        h1 = (h1 & smaller) | (g1 & LIMB & ~smaller);
        h2 = (h2 & smaller) | (g2 & LIMB & ~smaller);
        h3 = (h3 & smaller) | (g3 & LIMB & ~smaller);
        h4 = (h4 & smaller) | (g4 & LIMB & ~smaller);
    }

    /** Compares the tag in constant time. */
    boolean isTag(ByteBuffer bytes, int at) {
        tag(last, 0);
        long difference = ((long) LONGS.get(last, 0) ^ (long) LONGS.get(bytes, at))
                | ((long) LONGS.get(last, 8) ^ (long) LONGS.get(bytes, at + 8));
        return difference == 0;
    }
}
