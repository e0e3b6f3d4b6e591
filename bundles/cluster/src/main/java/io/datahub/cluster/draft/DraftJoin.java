package io.datahub.cluster.draft;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.cluster.LedgerDraft;
import io.datahub.api.record.Change;
import io.datahub.api.record.Draft;
import io.datahub.api.record.LastingDrafts.Joined;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.User;
import io.datahub.records.draft.Committer;
import io.datahub.records.draft.DraftStore;
import io.datahub.records.draft.OrdinaryDrafts;
import io.datahub.records.draft.UploadCounts;
import io.datahub.records.draft.ValidatedDraft;
import io.datahub.records.quota.Quotas;
import io.datahub.records.staging.StagedFile;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Makes drafts of lasting ones. Their bytes are copied, so that a refusal or a crash leaves the lasting ones as they are. */
record DraftJoin(DraftHolding holding, DraftStore store, UploadCounts counts) {

    /** Finds a draft of a user. */
    interface Finder {
        Result<LedgerDraft> find(User user, String name) throws IOException;
    }

    /**
     * Begins a draft with the bytes of others.
     *
     * @param name by which it can be found once it is committed
     */
    Result<Joined> begin(
            WriteRequest request, List<String> names, String name, Map<String, String> notes, Finder finder)
            throws IOException {
        List<LedgerDraft.Part> parts = new ArrayList<>();
        for (String each : names) {
            if (!holding.endHolder(each, true)) {
                return Result.refused(Refusal.unavailable(
                        "the upload " + each + " is being committed; retry", Duration.ofSeconds(1)));
            }
            Result<LedgerDraft> found = finder.find(request.user(), each);
            if (found.isRefused()) {
                return Result.refused(found.refusal().orElseThrow());
            }
            LedgerDraft draft = found.get();
            if (draft.committed()) {
                return Result.refused(Reason.CONFLICT, "the upload " + each + " is committed or deleted already");
            }
            if (!draft.etag().isEmpty() && !request.user().mayRead(draft.path())) {
                return Result.refused(
                        Reason.FORBIDDEN,
                        "you have no grant to read " + draft.path() + ", of which the upload contains bytes");
            }
            parts.addAll(draft.parts());
        }
        return copy(request, parts, name, notes);
    }

    private Result<Joined> copy(
            WriteRequest request, List<LedgerDraft.Part> parts, String name, Map<String, String> notes)
            throws IOException {
        long length = parts.stream().mapToLong(LedgerDraft.Part::length).sum();
        WriteRequest sized = request.withLength(OptionalLong.of(length));
        Committer committer = new JoinedCommitter(holding, DraftStates.create(name, sized, notes, "", List.of()));
        Result<Draft> begun = new OrdinaryDrafts(store, holding.admission(), committer, counts).begin(sized);
        if (begun.isRefused()) {
            return Result.refused(begun.refusal().orElseThrow());
        }
        Draft draft = begun.get();
        boolean copied = false;
        try {
            Optional<Refusal> refusal = holding.parts().copy(parts, draft::append);
            copied = refusal.isEmpty();
            return copied ? Result.done(new Joined(name, draft)) : Result.refused(refusal.get());
        } finally {
            if (!copied) {
                draft.close();
            }
        }
    }

    /** Registers the draft just before it is committed, so that it can be found afterwards. */
    private record JoinedCommitter(DraftHolding holding, LedgerDraft draft) implements Committer {

        @Override
        public Result<ValidatedDraft> validate(WriteRequest request, StagedFile staged) throws IOException {
            return holding.committer().validate(request, staged);
        }

        @Override
        public Result<Change> commit(
                WriteRequest request, StagedFile staged, Quotas.Claim claim, Validation validation, long began)
                throws IOException {
            LedgerDraft made =
                    holding.ledger().create(draft, holding.settings().get().keepLastingDrafts());
            Result<Change> result = new EndingCommitter(holding.committer(), draft.name(), size -> made.generation())
                    .commit(request, staged, claim, validation, began);
            if (result.isRefused()) {
                holding.end(made);
            }
            return result;
        }

        @Override
        public Change reject(WriteRequest request, StagedFile staged, Refusal refusal) throws IOException {
            return holding.committer().reject(request, staged, refusal);
        }
    }
}
