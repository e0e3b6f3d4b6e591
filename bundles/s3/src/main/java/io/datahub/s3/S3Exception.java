package io.datahub.s3;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** The store answered with an error. */
final class S3Exception extends IOException {

    private static final long serialVersionUID = 1;

    private final int status;
    private final String code;
    private final transient Optional<Duration> retryAfter;

    /**
     * @param request the method and the URL
     * @param status the status of the answer
     * @param code the code in the body of the answer; empty if it has none
     * @param retryAfter how long the store asks to wait
     */
    S3Exception(String request, int status, String code, Optional<Duration> retryAfter) {
        super(request + " was answered with " + status + (code.isEmpty() ? "" : " " + code));
        this.status = status;
        this.code = code;
        this.retryAfter = retryAfter;
    }

    int status() {
        return status;
    }

    String code() {
        return code;
    }

    Optional<Duration> retryAfter() {
        return retryAfter;
    }

    /** Whether the same request may succeed later. */
    boolean isTemporary() {
        return status >= 500 || status == 429 || code.equals("RequestTimeout") || code.equals("RequestTimeTooSkewed");
    }
}
