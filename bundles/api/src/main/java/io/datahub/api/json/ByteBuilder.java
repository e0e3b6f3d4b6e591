package io.datahub.api.json;

import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Bytes in memory to which more are appended. Unlike {@link java.io.ByteArrayOutputStream} it takes no lock for each
 * append, which costs more than a short one. Not thread-safe.
 */
public final class ByteBuilder extends OutputStream {

    /** What virtual machines can allocate. */
    private static final int MAX_LENGTH = Integer.MAX_VALUE - 8;

    private static final int MAX_DIGITS = 19;

    private byte[] bytes;
    private int size;

    /**
     * Creates an empty one.
     *
     * @param capacity the number of bytes that fit in before it grows
     */
    public ByteBuilder(int capacity) {
        bytes = new byte[capacity];
    }

    /**
     * The number of bytes that were appended.
     *
     * @return the number
     */
    public int size() {
        return size;
    }

    /**
     * Removes bytes from the end.
     *
     * @param length the number of bytes that are left, at most {@link #size}
     */
    public void truncate(int length) {
        size = length;
    }

    @Override
    public void write(int value) {
        reserve(1);
        bytes[size++] = (byte) value;
    }

    @Override
    public void write(byte[] source) {
        write(source, 0, source.length);
    }

    @Override
    public void write(byte[] source, int offset, int length) {
        reserve(length);
        System.arraycopy(source, offset, bytes, size, length);
        size += length;
    }

    /**
     * Appends a part of a buffer.
     *
     * @param source its position isn't changed
     * @param start the index of the first byte
     * @param end the index after the last byte
     */
    public void write(ByteBuffer source, int start, int end) {
        int length = end - start;
        reserve(length);
        source.get(start, bytes, size, length);
        size += length;
    }

    /**
     * Appends a text in UTF-8.
     *
     * @param text the text
     */
    public void write(String text) {
        write(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Appends a number in decimal digits.
     *
     * @param number not negative
     */
    public void writeDecimal(long number) {
        reserve(MAX_DIGITS);
        int end = size + 1;
        for (long bound = 10; number >= bound && end < size + MAX_DIGITS; bound *= 10) {
            end++;
        }
        int at = end;
        long rest = number;
        while (rest > Integer.MAX_VALUE) { // divisions of int are faster
            long more = rest / 10_000;
            int four = (int) (rest - 10_000 * more);
            for (int i = 0; i < 4; i++) {
                bytes[--at] = (byte) ('0' + four % 10);
                four /= 10;
            }
            rest = more;
        }
        int last = (int) rest;
        while (at > size) {
            bytes[--at] = (byte) ('0' + last % 10);
            last /= 10;
        }
        size = end;
    }

    private void reserve(int length) {
        if (bytes.length - size < length) {
            bytes = Arrays.copyOf(bytes, Math.max(Math.addExact(size, length), (int) Math.min(2L * size, MAX_LENGTH)));
        }
    }

    /**
     * The array that has the bytes, from index 0 to {@link #size}, until more are appended.
     *
     * @return the array, which mustn't be changed
     */
    public byte[] array() {
        return bytes;
    }

    /**
     * A copy of the bytes.
     *
     * @return an array of their number
     */
    public byte[] toByteArray() {
        return Arrays.copyOf(bytes, size);
    }

    /**
     * The bytes as a text.
     *
     * @return what is UTF-8; the rest is replaced
     */
    @Override
    public String toString() {
        return new String(bytes, 0, size, StandardCharsets.UTF_8);
    }
}
