package io.datahub.ssh.sftp.file;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.record.LastingDraft;
import java.util.Optional;

/**
 * What an upload that was cut means for a client that opens its path again: that it is continued, or that the client may
 * have been misled, since it could not see it. Used by one thread at a time.
 */
final class CutUpload {

    private final LastingDraft cut;

    /** Whether the client writes that draft, rather than a version of the record. */
    private final boolean isContinued;

    /**
     * Creates one for a file that is opened.
     *
     * @param cut the upload that was cut
     * @param opened the name of the draft that is opened; empty if it is another one
     */
    CutUpload(LastingDraft cut, String opened) {
        this.cut = cut;
        isContinued = cut.name().equals(opened);
    }

    boolean isContinued() {
        return isContinued;
    }

    /**
     * Refuses the first write at an offset that the client can't mean. One that begins to write at the end of the present
     * version, while there is an upload that was cut, may have been misled: it would mix two files. One that begins after
     * the end of the cut upload would leave a hole.
     *
     * @param size the present size of the file
     * @param fromRecord whether the file is a version of the record, to which the client doesn't append
     */
    Optional<Refusal> refuseFirstWrite(long offset, long size, boolean fromRecord) {
        if (isContinued) {
            return offset <= size
                    ? Optional.empty()
                    : refusal(cut.path() + " was cut at byte " + size + "; go on there, or upload the whole file");
        }
        return fromRecord && offset == size && size > 0
                ? refusal(cut.path() + " was cut at byte " + cut.size() + ", but the present version has " + size
                        + " bytes: it can't be resumed; upload the whole file")
                : Optional.empty();
    }

    /**
     * Refuses to close a file of which the client hasn't determined the end.
     *
     * @param size the present size of the file
     */
    Optional<Refusal> refuseClose(long size, boolean reachedEnd) {
        return isContinued && !reachedEnd
                ? refusal(
                        cut.path() + " was cut at byte " + size + " and wasn't continued there; upload the whole file")
                : Optional.empty();
    }

    private static Optional<Refusal> refusal(String detail) {
        return Optional.of(new Refusal(Reason.CONFLICT, "the upload of " + detail));
    }
}
