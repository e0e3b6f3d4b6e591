package io.datahub.zeromq.curve;

import java.util.Arrays;

/**
 * Blocks of Salsa20's key stream that are computed together, which takes less than half of the time of one after the
 * other: the same step is done for all blocks in a loop that the compiler turns into vector instructions. The blocks may
 * be of several boxes with one key. A batch belongs to a thread and is used by all of its connections, by one at a time:
 * whoever finds that it holds blocks of another computes them anew. So an idle connection takes no memory for it.
 */
public final class KeyStreamBatch {

    /** The largest number of blocks: with more, another cache of the processor would be needed. */
    static final int MAX = 64;

    /** With fewer, computing one after the other is about as fast. */
    static final int MIN = 16;

    private static final int COLUMNS = 4;

    /** Salsa20's matrix by its diagonals: the words of each, so that a round of columns needs no permutation. */
    private static final int[][] WORDS = {{0, 5, 10, 15}, {4, 9, 14, 3}, {8, 13, 2, 7}, {12, 1, 6, 11}};

    private static final int CHUNK = 1_024;

    /** Memory for the bytes of a box while they are read or encrypted. */
    private final byte[] chunk = new byte[CHUNK];

    /** The diagonals: for each column the words of all blocks. Made when they are needed. */
    private int[] a;

    private int[] b;
    private int[] c;
    private int[] d;

    /** The same, rotated for a round of rows. */
    private int[] otherB;

    private int[] otherC;
    private int[] otherD;

    private final long[] nonces = new long[MAX];
    private final long[] counters = new long[MAX];

    /** The state of the cipher whose blocks these are, by identity: its key and constants. */
    private int[] owner;

    private int size;

    /** The next block to be read. */
    private int next;

    byte[] chunk() {
        return chunk;
    }

    /** Starts a batch for the cipher with this state. */
    void clear(int[] state) {
        owner = state;
        size = 0;
        next = 0;
    }

    boolean isFull() {
        return size == MAX;
    }

    /**
     * Adds consecutive blocks, as many as there is room for.
     *
     * @param nonce as the cipher has it: its first byte is the lowest
     * @param counter the number of the first block
     */
    void add(long nonce, long counter, int count) {
        int end = Math.min(MAX, size + count);
        for (int i = 0; size < end; i++) {
            nonces[size] = nonce;
            counters[size++] = counter + i;
        }
    }

    /** Computes the blocks that were added, or forgets them if they are too few. */
    void compute() {
        if (size < MIN) {
            size = 0;
            return;
        }
        fill(owner);
        int n = size;
        for (int i = 0; i < 10; i++) {
            quarterRounds(a, b, c, d, COLUMNS * n);
            rotate(b, otherB, 3 * n);
            rotate(c, otherC, 2 * n);
            rotate(d, otherD, n);
            quarterRounds(a, otherD, otherC, otherB, COLUMNS * n);
            rotate(otherB, b, n);
            rotate(otherC, c, 2 * n);
            rotate(otherD, d, 3 * n);
        }
    }

    private void fill(int[] state) {
        if (a == null) {
            allocate();
        }
        int n = size;
        for (int column = 0; column < COLUMNS; column++) {
            int from = column * n;
            Arrays.fill(a, from, from + n, state[WORDS[0][column]]);
            Arrays.fill(b, from, from + n, state[WORDS[1][column]]);
            Arrays.fill(c, from, from + n, state[WORDS[2][column]]);
            Arrays.fill(d, from, from + n, state[WORDS[3][column]]);
        }
        for (int i = 0; i < n; i++) {
            d[2 * n + i] = (int) nonces[i];
            c[3 * n + i] = (int) (nonces[i] >>> 32);
            c[i] = (int) counters[i];
            b[n + i] = (int) (counters[i] >>> 32);
        }
    }

    private void allocate() {
        a = new int[COLUMNS * MAX];
        b = new int[COLUMNS * MAX];
        c = new int[COLUMNS * MAX];
        d = new int[COLUMNS * MAX];
        otherB = new int[COLUMNS * MAX];
        otherC = new int[COLUMNS * MAX];
        otherD = new int[COLUMNS * MAX];
    }

    /** A loop of its own, with arrays that begin at 0: otherwise the compiler of JDK 17 doesn't use vectors. */
    private static void quarterRounds(int[] a, int[] b, int[] c, int[] d, int length) {
        for (int i = 0; i < length; i++) {
            int x0 = a[i];
            int x1 = b[i];
            int x2 = c[i];
            int x3 = d[i];
            x1 ^= Integer.rotateLeft(x0 + x3, 7);
            x2 ^= Integer.rotateLeft(x1 + x0, 9);
            x3 ^= Integer.rotateLeft(x2 + x1, 13);
            x0 ^= Integer.rotateLeft(x3 + x2, 18);
            a[i] = x0;
            b[i] = x1;
            c[i] = x2;
            d[i] = x3;
        }
    }

    private void rotate(int[] from, int[] to, int by) {
        int length = COLUMNS * size;
        System.arraycopy(from, by, to, 0, length - by);
        System.arraycopy(from, 0, to, length - by, by);
    }

    /** Whether the next block of the batch is this one. */
    boolean has(int[] state, long nonce, long counter) {
        return owner == state && next < size && nonces[next] == nonce && counters[next] == counter;
    }

    /** Reads the next block. */
    void read(int[] block) {
        int[] state = owner;
        int n = size;
        int at = next++;
        block[0] = a[at] + state[0];
        block[4] = b[at] + state[4];
        block[8] = c[at] + state[8];
        block[12] = d[at] + state[12];
        at += n;
        block[5] = a[at] + state[5];
        block[9] = b[at] + state[9];
        block[13] = c[at] + state[13];
        block[1] = d[at] + state[1];
        at += n;
        block[10] = a[at] + state[10];
        block[14] = b[at] + state[14];
        block[2] = c[at] + state[2];
        block[6] = d[at] + state[6];
        at += n;
        block[15] = a[at] + state[15];
        block[3] = b[at] + state[3];
        block[7] = c[at] + state[7];
        block[11] = d[at] + state[11];
    }
}
