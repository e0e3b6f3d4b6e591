package io.datahub.auth;

/** A version of the users record, with its content. */
final class UsersVersion {

    private final byte[] bytes;
    private final String etag;

    /** @param bytes must not be modified any more */
    UsersVersion(byte[] bytes, String etag) {
        this.bytes = bytes;
        this.etag = etag;
    }

    byte[] bytes() {
        return bytes;
    }

    /** Identifies this version. */
    String etag() {
        return etag;
    }
}
