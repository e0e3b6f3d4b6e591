package io.datahub.cluster.commit;

import io.datahub.api.cluster.Attempt;
import io.datahub.api.cluster.Operation;
import io.datahub.api.cluster.Outcome;
import io.datahub.api.cluster.Usage;
import io.datahub.api.record.Change;
import io.datahub.cluster.journal.JournalTail;
import java.io.IOException;
import java.util.List;
import java.util.UUID;

/** Commits changes, and waits until they are announced. Thread-safe. */
public record AnnouncedCommit(GroupCommit commits, JournalTail tail) {

    /** Has changes decided that are made together. */
    public Outcome commit(String user, List<Operation> operations, List<Usage.Limit> limits) throws IOException {
        return commits.commit(new Attempt(UUID.randomUUID(), user, operations, limits));
    }

    /** Has one change decided. */
    public Outcome commit(String user, Operation operation) throws IOException {
        return commit(user, List.of(operation), List.of());
    }

    /** Has changes decided, each on its own. */
    public List<Outcome> commitAll(List<Attempt> attempts) throws IOException {
        return commits.commitAll(attempts);
    }

    /** Waits until the entries of a commit are announced, and their listeners have finished. */
    public List<Change> announced(Outcome.Committed committed) throws IOException {
        return committed.entries() == 0 ? List.of() : tail.await(committed.first(), committed.entries());
    }
}
