package io.datahub.records.guard;

import io.datahub.api.path.RecordPath;
import io.datahub.api.record.RecordVersion;
import java.util.Optional;

/** What is at a path, as far as that decides what may be done there. */
public interface PathStatus {

    /** The kinds of what can be at a path. */
    enum Kind {
        FILE,
        DIRECTORY,
        NOTHING,
        /** A link or special file, at the path or on the way to it; never followed or served. */
        SPECIAL,
        /** A file on the way to the path, where a directory is needed. */
        BELOW_FILE
    }

    /** What is there. */
    Kind kind();

    /** Whether the version of a record is known; not while another program is changing it. */
    boolean isConsistent();

    /** The version of the record; empty if there is none. */
    Optional<RecordVersion> version(RecordPath path);
}
