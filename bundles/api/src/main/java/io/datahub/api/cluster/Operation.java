package io.datahub.api.cluster;

import io.datahub.api.path.RecordPath;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.validation.ValidatorId;
import io.datahub.api.validation.Violation;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** One change of an {@link Attempt}. */
public sealed interface Operation {

    /**
     * Stores a version of a record: one entry of the journal, created or updated. Missing parents are created. Refused
     * with {@link Outcome.Kind#BLOB_GONE} if the blob was given up ({@link LedgerBlobs#condemn}).
     *
     * @param path the record
     * @param expected what must be there
     * @param version the new version
     * @param validators the validators that validated it, for the journal
     */
    record Put(RecordPath path, Expectation expected, NewVersion version, List<ValidatorId> validators)
            implements Operation {
        public Put {
            requirePath(path);
            Objects.requireNonNull(expected);
            Objects.requireNonNull(version);
            validators = List.copyOf(validators);
        }
    }

    /**
     * Deletes a record: one entry of the journal. If nothing is there and {@link Expectation#ANY} was expected, nothing
     * is done.
     *
     * @param path the record
     * @param expected what must be there
     */
    record Delete(RecordPath path, Expectation expected) implements Operation {
        public Delete {
            requirePath(path);
            Objects.requireNonNull(expected);
        }
    }

    /**
     * Appends that a version was refused: one entry of the journal; no record changes.
     *
     * @param version the refused version, with its path
     * @param validators the validators that have validated it
     * @param violations what they found
     */
    record Reject(RecordVersion version, List<ValidatorId> validators, List<Violation> violations)
            implements Operation {
        public Reject {
            Objects.requireNonNull(version);
            validators = List.copyOf(validators);
            violations = List.copyOf(violations);
        }
    }

    /**
     * Sets or removes the client's own time of a record: no entry, no new entity tag.
     *
     * @param path the record
     * @param expected which version must be there
     * @param time the time; empty for none
     */
    record SetClientModified(RecordPath path, Expectation expected, Optional<Instant> time) implements Operation {
        public SetClientModified {
            requirePath(path);
            Objects.requireNonNull(expected);
            Objects.requireNonNull(time);
        }
    }

    /**
     * Makes a directory and its missing parents, or makes one permanent that was created with a record: no entry.
     *
     * @param path the directory
     * @param mustBeNew refused with {@link Outcome.Kind#CHANGED} if it exists
     */
    record MakeDirectory(RecordPath path, boolean mustBeNew) implements Operation {
        public MakeDirectory {
            requirePath(path);
        }
    }

    /**
     * Removes an empty directory: no entry.
     *
     * @param path the directory
     * @param onlyImplicit whether one that was made by {@link MakeDirectory} stays; nothing is done then
     */
    record RemoveDirectory(RecordPath path, boolean onlyImplicit) implements Operation {
        public RemoveDirectory {
            requirePath(path);
        }
    }

    /**
     * Ends an unfinished upload: it has become a record, by another operation of the attempt, or is discarded. Refused
     * with {@link Outcome.Kind#TAKEN_OVER} if it has another generation, is committed or gone. Its parts that no record has become
     * dead.
     *
     * @param name the draft
     * @param generation of whoever ends it
     * @param etag the entity tag of the record that it became: the draft is remembered as committed until it expires;
     *     empty to delete it
     */
    record EndDraft(String name, long generation, Optional<String> etag) implements Operation {
        public EndDraft {
            Objects.requireNonNull(name);
            Objects.requireNonNull(etag);
        }
    }

    private static void requirePath(RecordPath path) {
        if (path.isRoot()) {
            throw new IllegalArgumentException("the root can't be changed");
        }
    }
}
