package io.datahub.api.record;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.user.User;
import java.time.Duration;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** The journal of changes, oldest first. It outlives the hub's restarts and is trimmed by age and size. */
@ProviderType
public interface ChangeJournal {

    /** Behind the newest entry. */
    Cursor head();

    /** Before the oldest entry that there is: the answer to who asks for more than that. */
    Cursor oldest();

    /**
     * Reads what came after a cursor.
     *
     * @param user leaves out what this user may not read
     * @param since where to begin
     * @param prefix of the paths wanted, ending in {@code /} for a tree; empty for all
     * @param limit the number of entries at most, from 1
     * @return a page, or {@link Reason#GONE} if the cursor is of another epoch or its successor was trimmed
     */
    Result<Page> read(User user, Cursor since, String prefix, int limit);

    /**
     * Waits until there is an entry after the cursor.
     *
     * @return whether there is one; false if the time ran out
     */
    boolean await(Cursor since, Duration time) throws InterruptedException;

    /**
     * Entries of the journal.
     *
     * @param changes in order; what the user may not read is missing
     * @param next where to go on: behind everything that was looked at
     */
    record Page(List<Change> changes, Cursor next) {
        public Page {
            changes = List.copyOf(changes);
        }
    }
}
