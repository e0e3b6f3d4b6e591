package io.datahub.s3;

import java.io.IOException;

/** The bytes of an upload can't be read here, so that repeating the request is of no use. */
final class SourceException extends IOException {

    private static final long serialVersionUID = 1;

    SourceException(IOException cause) {
        super("the bytes to upload can't be read: " + cause.getMessage(), cause);
    }
}
