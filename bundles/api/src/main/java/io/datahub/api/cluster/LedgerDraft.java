package io.datahub.api.cluster;

import io.datahub.api.path.RecordPath;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * An upload that outlives its connection.
 *
 * @param name its unguessable identifier
 * @param user the owner
 * @param path the path of the resulting record; the root if it isn't known yet
 * @param length the size of the whole record in bytes, if it is known
 * @param size the number of bytes that the parts have
 * @param etag the entity tag of the record that it became; before, of the version that it began from; empty if none
 * @param notes metadata that the transport stored with it
 * @param state what the store needs to go on, such as the state of a hash
 * @param parts the blobs with its bytes, in order
 * @param generation how often it was taken over
 * @param expires when it may be deleted, by the ledger's clock
 * @param committed whether it has become the record
 */
public record LedgerDraft(
        String name,
        String user,
        RecordPath path,
        OptionalLong length,
        long size,
        String etag,
        Map<String, String> notes,
        Map<String, String> state,
        List<Part> parts,
        long generation,
        Instant expires,
        boolean committed) {
    public LedgerDraft {
        Objects.requireNonNull(name);
        Objects.requireNonNull(user);
        Objects.requireNonNull(path);
        Objects.requireNonNull(length);
        Objects.requireNonNull(etag);
        notes = Map.copyOf(notes);
        state = Map.copyOf(state);
        parts = List.copyOf(parts);
        Objects.requireNonNull(expires);
    }

    /**
     * A blob with some bytes of a draft.
     *
     * @param blob its key
     * @param length the number of bytes
     */
    public record Part(String blob, long length) {
        public Part {
            Objects.requireNonNull(blob);
        }
    }
}
