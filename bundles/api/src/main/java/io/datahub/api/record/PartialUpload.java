package io.datahub.api.record;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * How far a resumable upload has come. The last byte counts only once the record is committed: an upload that has its whole
 * length is done.
 *
 * @param name what it is found by; nobody can guess it
 * @param path the record that it will be
 * @param length the number of bytes that the record will have
 * @param offset the number of bytes that came and last
 * @param expires when it is forgotten unless it goes on
 * @param notes what the transport wanted to find again
 * @param etag the entity tag of the record that it became, where it did and that is known
 */
public record PartialUpload(
        String name,
        RecordPath path,
        long length,
        long offset,
        Instant expires,
        Map<String, String> notes,
        Optional<String> etag) {

    public PartialUpload {
        notes = Map.copyOf(notes);
    }

    /** Whether it has become a record. */
    public boolean isDone() {
        return offset == length;
    }
}
