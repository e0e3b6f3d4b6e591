package io.datahub.cluster.transfer;

import io.datahub.api.log.FailureText;
import io.datahub.records.staging.Disk;
import java.io.IOException;
import java.nio.file.FileSystemException;

/** An import or an export has failed; the message says why in words for operators. */
final class TransferException extends IOException {

    private static final long serialVersionUID = 1;

    /** @param what the import or export, with the home */
    TransferException(String what, Exception cause) {
        super(what + " failed: " + text(cause), cause);
    }

    private static String text(Exception cause) {
        if (Disk.isFull(cause)) {
            return FailureText.of(cause) + "; free some space on its disk";
        }
        // Messages of ours begin with paths, whose letters count.
        boolean isSentence = cause instanceof IOException && !(cause instanceof FileSystemException);
        return isSentence && cause.getMessage() != null ? cause.getMessage() : FailureText.of(cause);
    }
}
