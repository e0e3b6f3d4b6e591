package io.datahub.http;

/**
 * A part of a record.
 *
 * @param first the first byte, from 0
 * @param last the last byte, included
 */
record ByteRange(long first, long last) {

    long length() {
        return last - first + 1;
    }

    /** As in {@code Content-Range}. */
    String of(long size) {
        return "bytes " + first + "-" + last + "/" + size;
    }
}
