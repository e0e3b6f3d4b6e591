package io.datahub.history.segment;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Offsets of some records of a segment, one for about 64 KiB: 24 bytes each, so 100 GiB of events need 40 MiB. Not
 * thread-safe.
 */
final class SparseIndex {

    /** How much of a segment lies between two entries, at least. */
    static final int STEP = 64 * 1024;

    private long[] numbers = new long[8];
    private long[] sequences = new long[8];
    private long[] offsets = new long[8];
    private int size;

    /** Adds a record if the last one that was added lies far enough before it. */
    void add(long number, long sequence, long offset) {
        if (size > 0 && offset - offsets[size - 1] < STEP) {
            return;
        }
        if (size == numbers.length) {
            numbers = Arrays.copyOf(numbers, 2 * size);
            sequences = Arrays.copyOf(sequences, 2 * size);
            offsets = Arrays.copyOf(offsets, 2 * size);
        }
        numbers[size] = number;
        sequences[size] = sequence;
        offsets[size++] = offset;
    }

    /** Adds the entries of a part of the segment that begins at an offset. */
    void addAll(SparseIndex other, long base) {
        for (int i = 0; i < other.size; i++) {
            add(other.numbers[i], other.sequences[i], base + other.offsets[i]);
        }
    }

    int size() {
        return size;
    }

    long offset(int entry) {
        return offsets[entry];
    }

    /** An offset at or before the first record with a number greater than this one; -1 if there are no entries. */
    long offsetOfNumber(long number) {
        return offsetBefore(numbers, number);
    }

    /** An offset at or before the first record after the file event before this one; -1 if there are no entries. */
    long offsetOfSequence(long sequence) {
        return offsetBefore(sequences, sequence - 1);
    }

    /** Equal values may begin before the entry that has one, so the entry before the first equal one counts. */
    private long offsetBefore(long[] values, long value) {
        int low = 0;
        int high = size;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (values[middle] <= value) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return size == 0 ? -1 : offsets[Math.max(0, low - 1)];
    }

    void write(ByteBuffer target) {
        target.putInt(size);
        for (int i = 0; i < size; i++) {
            target.putLong(numbers[i]).putLong(sequences[i]).putLong(offsets[i]);
        }
    }

    int bytes() {
        return Integer.BYTES + size * 3 * Long.BYTES;
    }

    static SparseIndex read(ByteBuffer source) {
        SparseIndex index = new SparseIndex();
        int count = source.getInt();
        for (int i = 0; i < count; i++) {
            index.add(source.getLong(), source.getLong(), source.getLong());
        }
        return index;
    }
}
