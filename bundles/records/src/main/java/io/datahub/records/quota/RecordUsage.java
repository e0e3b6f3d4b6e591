package io.datahub.records.quota;

import java.io.IOException;
import java.util.List;

/** What is stored below some prefixes, and by each user. Thread-safe. */
public interface RecordUsage {

    /** A number of records and their total size in bytes. */
    record Amount(long bytes, long files) {

        public static final Amount NONE = new Amount(0, 0);
    }

    /**
     * Has the amounts below these prefixes, and of a user, up to date. May block.
     *
     * @param prefixes all that will be asked for
     * @param user the user who will be asked for
     */
    void refresh(List<String> prefixes, String user) throws IOException;

    /** What is stored below a prefix. */
    Amount below(String prefix);

    /** What a user has stored. */
    Amount of(String user);
}
