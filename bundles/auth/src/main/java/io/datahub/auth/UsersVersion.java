package io.datahub.auth;

/** A version of the users record, whole. */
final class UsersVersion {

    private final byte[] bytes;
    private final String etag;

    /** @param bytes mustn't be changed any more */
    UsersVersion(byte[] bytes, String etag) {
        this.bytes = bytes;
        this.etag = etag;
    }

    byte[] bytes() {
        return bytes;
    }

    /** What tells it from all other versions. */
    String etag() {
        return etag;
    }
}
