package io.datahub.cluster.draft;

import io.datahub.api.cluster.LedgerDraft;
import io.datahub.api.cluster.LedgerDrafts;
import io.datahub.api.cluster.Operation;
import io.datahub.cluster.commit.AnnouncedCommit;
import io.datahub.cluster.write.LedgerCommitter;
import io.datahub.records.draft.DraftAdmission;
import io.datahub.records.settings.StoreSettings;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** The drafts that have a holder at this hub, and what those need. Thread-safe. */
record DraftHolding(
        LedgerDrafts ledger,
        DraftParts parts,
        DraftAdmission admission,
        LedgerCommitter committer,
        AnnouncedCommit commits,
        Supplier<StoreSettings> settings,
        Map<String, Holder> held) {

    /** Who writes a draft at this hub. */
    interface Holder {

        /** The size of the draft so far. */
        long size();

        /**
         * Ends the writing, from any thread.
         *
         * @param keep whether the bytes are kept, as far as they are to be
         * @return false if the draft is being committed
         */
        boolean end(boolean keep);
    }

    DraftHolding(
            LedgerDrafts ledger,
            DraftParts parts,
            DraftAdmission admission,
            LedgerCommitter committer,
            AnnouncedCommit commits,
            Supplier<StoreSettings> settings) {
        this(ledger, parts, admission, committer, commits, settings, new ConcurrentHashMap<>());
    }

    /** Stores a state; empty if another hub has taken the draft over. */
    Optional<LedgerDraft> update(LedgerDraft draft) throws IOException {
        return ledger.update(draft, settings.get().keepLastingDrafts());
    }

    /** Deletes a draft, unless another hub has taken it over. */
    void end(LedgerDraft draft) throws IOException {
        commits.commit(draft.user(), new Operation.EndDraft(draft.name(), draft.generation(), Optional.empty()));
    }

    /** Somebody holds a draft. */
    void began(String name, Holder draft) {
        held.put(name, draft);
    }

    /** Somebody no longer holds a draft. */
    void ended(String name, Holder draft) {
        held.remove(name, draft);
    }

    /**
     * Takes a draft away from its holder here, if it has one.
     *
     * @param keep whether the bytes are kept
     * @return false if it is being committed
     */
    boolean endHolder(String name, boolean keep) {
        Holder holder = held.get(name);
        return holder == null || holder.end(keep);
    }

    /** The number of bytes that a draft has, as far as this hub knows. */
    long size(LedgerDraft draft) {
        Holder holder = held.get(draft.name());
        return holder == null ? draft.size() : holder.size();
    }
}
