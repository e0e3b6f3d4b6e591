package io.datahub.api.record;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How far a resumable upload has come. The last byte counts only once the record is committed: an upload that has its whole
 * length is done. A part, which is for {@link ResumableUploads#concatenate} alone, is never a record and all its bytes count.
 *
 * @param name what it is found by; nobody can guess it
 * @param path the record that it will be; the root for a part
 * @param length the number of bytes that it will have; empty as long as the client hasn't said
 * @param offset the number of bytes that came and last
 * @param expires when it is forgotten unless it goes on
 * @param notes what the transport wanted to find again
 * @param etag the entity tag of the record that it became, where it did and that is known
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

    /** Whether it has become a record. */
    public boolean isDone() {
        return !isPart && length.isPresent() && offset == length.getAsLong();
    }
}
