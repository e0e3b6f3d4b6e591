package io.datahub.client.record;

import java.util.List;

/**
 * A page of the journal.
 *
 * @param changes file events, oldest first; none if there are no more
 * @param next the cursor to continue from
 */
public record ChangePage(List<RecordChange> changes, String next) {

    public ChangePage {
        changes = List.copyOf(changes);
    }
}
