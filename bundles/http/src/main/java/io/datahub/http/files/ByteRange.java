package io.datahub.http.files;

/**
 * A byte range of a record.
 *
 * @param first the first byte, from 0
 * @param last the last byte, inclusive
 */
record ByteRange(long first, long last) {

    long length() {
        return last - first + 1;
    }

    /** Whether the ranges overlap or are adjacent. */
    boolean touches(ByteRange other) {
        return first <= other.last + 1 && other.first <= last + 1;
    }

    /** The smallest range that contains both. */
    ByteRange union(ByteRange other) {
        return new ByteRange(Math.min(first, other.first), Math.max(last, other.last));
    }

    /** The value of {@code Content-Range} for a record of this size. */
    String contentRange(long size) {
        return "bytes " + first + "-" + last + "/" + size;
    }
}
