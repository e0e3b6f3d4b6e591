package io.datahub.uploads;

import io.datahub.api.record.LastingDraft;
import java.util.OptionalLong;

/**
 * A lasting draft as an upload of the protocol. The last byte counts only once the record is committed, so that an
 * upload whose offset equals its length is complete. A part, which never becomes a record by itself, is a draft without
 * a path, and all its bytes count.
 *
 * @param draft the state of the draft
 */
record TusUpload(LastingDraft draft) {

    String name() {
        return draft.name();
    }

    boolean isPart() {
        return draft.path().isRoot();
    }

    boolean isComplete() {
        return isPart()
                && draft.length().isPresent()
                && draft.size() == draft.length().getAsLong();
    }

    /** The offset where the next chunk starts. */
    long offset() {
        return draft.isCommitted() ? draft.size() : offset(draft.size(), draft.length());
    }

    /**
     * The offset where the next chunk of an upload that isn't committed starts.
     *
     * @param size the number of bytes that are there
     * @param length the length of the upload, if it is known
     */
    long offset(long size, OptionalLong length) {
        return isPart() || length.isEmpty() ? size : Math.min(size, Math.max(0, length.getAsLong() - 1));
    }
}
