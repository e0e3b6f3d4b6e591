package io.datahub.s3;

import io.datahub.api.secret.SecretFiles;
import java.io.IOException;

/**
 * Who signs the requests.
 *
 * @param id the ID of the access key
 * @param secret the secret access key
 */
record S3Keys(String id, String secret) {

    /** Reads the files {@code blobs.access-key} and {@code blobs.secret-key}. */
    static S3Keys read(SecretFiles secrets) throws IOException {
        return new S3Keys(secrets.required("blobs.access-key"), secrets.required("blobs.secret-key"));
    }

    @Override
    public String toString() {
        return id;
    }
}
