package io.datahub.api.record;

import io.datahub.api.path.RecordPath;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The state of a lasting draft.
 *
 * @param name its unguessable identifier
 * @param path the path of the resulting record; the root if it isn't known yet
 * @param length the size of the whole record in bytes, if the client has declared it
 * @param size the number of bytes that are there
 * @param expires when it is deleted unless it is written
 * @param notes metadata that the transport stored with it
 * @param isCommitted whether it has become the record
 * @param etag the entity tag of that record, if it is committed and the tag is known
 */
public record LastingDraft(
        String name,
        RecordPath path,
        OptionalLong length,
        long size,
        Instant expires,
        Map<String, String> notes,
        boolean isCommitted,
        Optional<String> etag) {

    public LastingDraft {
        notes = Map.copyOf(notes);
    }
}
