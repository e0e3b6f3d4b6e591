package io.datahub.records.draft;

import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.records.guard.PathStatus;
import io.datahub.records.quota.Counted;
import io.datahub.records.staging.StagedFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** What drafts need to know of the records that are there. Thread-safe. */
public interface DraftStore {

    /** What is at a path, so that a write that can't succeed is refused early; the commit looks again. */
    PathStatus lookUp(RecordPath path) throws IOException;

    /** What the record counts to quotas; empty if there is none. */
    Optional<Counted> counted(RecordPath path) throws IOException;

    /** A path in the staging directory that wasn't used before. */
    Path newFile();

    /**
     * Opens the current version of a record, for a draft that begins with its bytes.
     *
     * @param staged the file of the draft, still empty
     * @return the version, empty if there is none; or a refusal
     */
    Result<Optional<BaseVersion>> open(RecordPath path, StagedFile staged) throws IOException;

    /** Called when the disk is too full even for the users file. */
    void makeRoom() throws IOException;
}
