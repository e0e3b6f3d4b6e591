package io.datahub.api.record;

import io.datahub.api.Result;
import io.datahub.api.user.User;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The records. Every rule about paths, grants, preconditions, judging and announcing holds here, so that a transport has
 * nothing to do but carry bytes. Methods may block on the disk and are called from any thread; an {@link IOException}
 * says that the disk failed, and nothing has changed.
 */
@ProviderType
public interface RecordStore {

    /**
     * Begins to write a record. Grants, preconditions and room are looked at now, so that a hopeless upload ends early,
     * and once more when it is committed.
     */
    Result<Upload> begin(WriteRequest request) throws IOException;

    /** Deletes a record, or a directory that is empty; {@code length} and {@code digests} of the request mean nothing. */
    Result<List<Change>> delete(WriteRequest request) throws IOException;

    /** Deletes a directory with everything below it, record by record, each announced; or one record. */
    Result<List<Change>> deleteTree(WriteRequest request) throws IOException;

    /** The record's present version. */
    Result<RecordVersion> find(User user, RecordPath path) throws IOException;

    /** Opens the record's present version for reading. */
    Result<Reading> open(User user, RecordPath path) throws IOException;

    /**
     * Lists a directory. Who may read only parts of it sees what leads there.
     *
     * @param after begins behind this name; empty begins at the first
     * @param limit the number of entries at most, from 1
     */
    Result<Listing> list(User user, RecordPath directory, String after, int limit) throws IOException;

    /**
     * Compares the disk with what is known of a path, or of everything below it where it is, or was, a directory, and
     * enters and announces what differs. Whoever calls this second finds no difference. Changes made outside the hub are
     * judged first. With the first check of everything, what a killed hub had entered and not announced is announced too.
     *
     * @param quiet how long a file must have rested before its change counts
     * @param unsettled is told of each path whose change doesn't count yet, so that it is checked again later; the one that
     *     came with the newest check of everything is also told, at any time, of paths that a reader found changed
     */
    void check(RecordPath path, Duration quiet, Consumer<RecordPath> unsettled) throws IOException;

    /**
     * Whether programs give such names to files that they haven't finished. A file that comes from outside under one is no
     * record until it is renamed; what is uploaded under one is a record like any other.
     */
    default boolean isTemporary(RecordPath path) {
        return false;
    }
}
