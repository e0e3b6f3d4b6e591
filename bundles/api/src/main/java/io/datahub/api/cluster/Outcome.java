package io.datahub.api.cluster;

import io.datahub.api.path.RecordPath;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/** The answer to an {@link Attempt}. */
public sealed interface Outcome {

    /**
     * It was made, now or when it was asked for the first time, and is replicated: every entry up to its last number is
     * confirmed.
     *
     * @param first the number of its first entry
     * @param entries how many entries it has; 0 if it has none, and then the first number is the journal's head
     * @param time the time of its entries, by the ledger's clock
     * @param changed whether anything was changed, which an entry says, too: not by making a directory that exists
     */
    record Committed(long first, int entries, Instant time, boolean changed) implements Outcome {
        public Committed {
            Objects.requireNonNull(time);
        }

        /**
         * The number up to which the journal is confirmed by this.
         *
         * @return the number of its last entry, or the head
         */
        public long last() {
            return entries == 0 ? first : first + entries - 1;
        }
    }

    /**
     * It was refused, and has changed nothing.
     *
     * @param kind why
     * @param path of the operation that was refused; the root for an {@link Operation.EndDraft}
     * @param current the record that is at the path now, or was then
     * @param limit the limit that would be exceeded, for {@link Kind#LIMIT}
     */
    record Refused(Kind kind, RecordPath path, Optional<LedgerRecord> current, Optional<Usage.Limit> limit)
            implements Outcome {
        public Refused {
            Objects.requireNonNull(kind);
            Objects.requireNonNull(path);
            Objects.requireNonNull(current);
            Objects.requireNonNull(limit);
        }
    }

    /** Why an attempt was refused. */
    enum Kind {
        /** The path has another version than expected, a record that isn't expected, or none. */
        CHANGED,
        /** The path is a directory. */
        IS_DIRECTORY,
        /** One of the path's parents is a record, or a directory is to be made or removed where a record is. */
        NOT_DIRECTORY,
        /** There is no directory at the path. */
        NO_DIRECTORY,
        /** The directory isn't empty. */
        NOT_EMPTY,
        /** A limit would be exceeded. */
        LIMIT,
        /** Another holder has taken the draft over, or it is gone. */
        TAKEN_OVER,
        /** The blob was given up, since nothing referred to it for long: its bytes must be stored again. */
        BLOB_GONE
    }
}
