package io.datahub.api.record;

import io.datahub.api.path.RecordPath;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The progress of a resumable upload. The last byte counts only once the record is committed: an upload whose offset
 * equals its length is complete. A partial upload that is intended only for {@link ResumableUploads#concatenate} (a
 * part) never becomes a record by itself, and all its bytes count.
 *
 * @param name its unguessable identifier
 * @param path the path of the resulting record; the root for a part
 * @param length the total number of bytes; empty until the client has specified it
 * @param offset the number of bytes that were received and are durable
 * @param expires when the upload is deleted unless it is resumed
 * @param notes metadata that the transport stored with it
 * @param etag the entity tag of the resulting record, if it is complete and the tag is known
 * @param isPart whether it is a part
 */
public record PartialUpload(
        String name,
        RecordPath path,
        OptionalLong length,
        long offset,
        Instant expires,
        Map<String, String> notes,
        Optional<String> etag,
        boolean isPart) {

    public PartialUpload {
        notes = Map.copyOf(notes);
    }

    /** Whether the record has been committed. */
    public boolean isDone() {
        return !isPart && length.isPresent() && offset == length.getAsLong();
    }
}
