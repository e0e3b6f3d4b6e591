package io.datahub.auth.record;

/** A version of the users record, with its content. */
public final class UsersVersion {

    private final byte[] bytes;
    private final String etag;

    /** @param bytes must not be modified any more */
    public UsersVersion(byte[] bytes, String etag) {
        this.bytes = bytes;
        this.etag = etag;
    }

    public byte[] bytes() {
        return bytes;
    }

    /** Identifies this version. */
    public String etag() {
        return etag;
    }
}
