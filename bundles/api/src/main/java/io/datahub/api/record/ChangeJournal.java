package io.datahub.api.record;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.user.User;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** The journal of changes, oldest first. It survives restarts of the hub; its retention is limited by age and size. */
@ProviderType
public interface ChangeJournal {

    /**
     * The position after the newest entry.
     *
     * @return the position, which covers every change that has been announced
     */
    Cursor head();

    /**
     * The position before the oldest retained entry, returned to clients that ask for older ones.
     *
     * @return the position
     */
    Cursor oldest();

    /**
     * Reads the entries after a cursor.
     *
     * @param user entries that this user may not read are omitted
     * @param since the cursor to start after
     * @param prefix a prefix of the paths, ending in {@code /} for a tree; empty for all
     * @param limit the maximum number of entries, at least 1
     * @return a page, or {@link Reason#GONE} if the cursor is of another epoch or the entry after it is no longer
     *     retained. Where several hubs share a journal, a cursor ahead of this hub is not gone: the page is empty and
     *     continues from that cursor
     */
    Result<Page> read(User user, Cursor since, String prefix, int limit);

    /**
     * Reads the newest entries.
     *
     * @param user entries that this user may not read are omitted
     * @param prefix a prefix of the paths, ending in {@code /} for a tree; empty for all
     * @param limit the maximum number of entries, at least 1
     * @return the newest of them, oldest first, and the head that they end at; fewer than there are if many other
     *     entries lie between them
     */
    Page newest(User user, String prefix, int limit);

    /**
     * A page of journal entries.
     *
     * @param changes in order, without those that the user may not read
     * @param next the cursor to continue from: after all entries that were examined
     */
    record Page(List<Change> changes, Cursor next) {
        public Page {
            changes = List.copyOf(changes);
        }
    }
}
