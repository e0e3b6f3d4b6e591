package io.datahub.ssh.sftp.wire;

import io.datahub.api.Refusal;
import io.datahub.ssh.session.RefusalText;

/**
 * The answer to a request that returns nothing else (draft-ietf-secsh-filexfer-02, section 7).
 *
 * @param code one of the constants
 * @param text for people
 */
public record Status(int code, String text) {

    public static final int NO_SUCH_FILE = 2;
    public static final int PERMISSION_DENIED = 3;
    public static final int FAILURE = 4;
    public static final int BAD_MESSAGE = 5;
    public static final int UNSUPPORTED = 8;

    public static final Status OK = new Status(0, "done");
    public static final Status EOF = new Status(1, "end of file");

    public static final Status NO_LINKS = unsupported("the hub has no links");

    public static Status failure(String text) {
        return new Status(FAILURE, text);
    }

    public static Status noSuchFile(String text) {
        return new Status(NO_SUCH_FILE, text);
    }

    public static Status denied(String text) {
        return new Status(PERMISSION_DENIED, text);
    }

    public static Status unsupported(String text) {
        return new Status(UNSUPPORTED, text);
    }

    public static Status of(Refusal refusal) {
        int code = switch (refusal.reason()) {
            case NOT_FOUND, GONE -> NO_SUCH_FILE;
            case FORBIDDEN, UNAUTHENTICATED -> PERMISSION_DENIED;
            case METHOD_NOT_ALLOWED -> UNSUPPORTED;
            default -> FAILURE;
        };
        return new Status(code, RefusalText.of(refusal));
    }
}
