package io.datahub.store.write;

import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Draft;
import io.datahub.api.record.LastingDraft;
import io.datahub.api.record.LastingDrafts;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.User;
import io.datahub.records.draft.DraftAdmission;
import io.datahub.records.draft.DraftNotes;
import io.datahub.records.draft.OrdinaryDrafts;
import io.datahub.records.draft.RecordDraft;
import io.datahub.records.draft.UploadLimiter;
import io.datahub.records.quota.Quotas;
import io.datahub.records.staging.IoErrors;
import io.datahub.store.core.StoreContext;
import io.datahub.store.metadata.LastingDraftEntry;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Creates, keeps, finds, resumes, joins and removes lasting drafts. Thread-safe. */
public final class LastingDraftStore implements LastingDrafts {

    private final StoreContext context;
    private final DraftAdmission admission;
    private final DraftCommitter committer;
    private final KeptDrafts drafts;
    private final DraftJoin join;

    /** Loads the existing drafts. Called after recovery. */
    public LastingDraftStore(
            StoreContext context, OrdinaryDrafts ordinary, DraftAdmission admission, DraftCommitter committer)
            throws IOException {
        this.context = context;
        this.admission = admission;
        this.committer = committer;
        drafts = new KeptDrafts(context, admission);
        join = new DraftJoin(ordinary, drafts);
    }

    @Override
    public long maxBytes() {
        return context.settings().get().maxUploadBytes();
    }

    @Override
    public Result<LastingDraft> create(WriteRequest request, Map<String, String> notes) throws IOException {
        return IoErrors.translate(() -> tryToCreate(request, notes));
    }

    private Result<LastingDraft> tryToCreate(WriteRequest request, Map<String, String> notes) throws IOException {
        Optional<Refusal> refusal = refuse(request, request.length().orElse(0))
                .or(() -> DraftNotes.refuse(notes))
                .or(() -> drafts.refuseTooMany(request.user()));
        if (refusal.isPresent()) {
            return Result.refused(refusal.get());
        }
        Result<Quotas.Claim> claim = admission.claim(request);
        if (claim.isRefused()) {
            return Result.refused(claim.refusal().orElseThrow());
        }
        boolean created = false;
        try {
            KeptDraft draft = drafts.create(request, notes, claim.get());
            created = true;
            return Result.done(draft.state(drafts.keep()));
        } finally {
            if (!created) {
                claim.get().close();
            }
        }
    }

    private Optional<Refusal> refuse(WriteRequest request, long remaining) throws IOException {
        return request.path().isRoot()
                ? admission.refusePart(request, remaining)
                : admission.refuse(request, remaining);
    }

    @Override
    public Result<LastingDraft> keep(Draft draft, Map<String, String> notes) throws IOException {
        if (!(draft instanceof RecordDraft ordinary)) {
            throw new IllegalArgumentException("this is not an ordinary draft of this store: " + draft);
        }
        return IoErrors.translate(() -> {
            Optional<Refusal> refusal = DraftNotes.refuse(notes).or(() -> drafts.refuseTooMany(ordinary.user()));
            return refusal.isPresent() ? Result.refused(refusal.get()) : state(drafts.keep(ordinary, notes));
        });
    }

    @Override
    public Result<Joined> join(WriteRequest request, List<String> names, Map<String, String> notes) throws IOException {
        Optional<Refusal> refusal = DraftNotes.refuse(notes);
        return refusal.isPresent()
                ? Result.refused(refusal.get())
                : IoErrors.translate(() -> join.begin(request, names, notes));
    }

    @Override
    public List<LastingDraft> list(User user, RecordPath path) {
        return drafts.unfinished(user, path)
                .map(draft -> draft.state(drafts.keep()))
                .sorted(Comparator.comparing(LastingDraft::expires).reversed())
                .toList();
    }

    @Override
    public Result<LastingDraft> find(User user, String name) throws IOException {
        return IoErrors.translate(() -> state(drafts.find(user, name)));
    }

    private Result<LastingDraft> state(Result<KeptDraft> found) {
        return found.then(draft -> Result.done(draft.state(drafts.keep())));
    }

    @Override
    public Result<LastingDraft> release(User user, String name) throws IOException {
        return IoErrors.translate(() -> {
            Result<KeptDraft> found = drafts.find(user, name);
            if (!found.isRefused()) {
                found.get().endHolder();
            }
            return state(found);
        });
    }

    @Override
    public Result<Draft> resume(WriteRequest request, String name, Remaining remaining) throws IOException {
        return IoErrors.translate(() -> {
            Result<KeptDraft> found = drafts.find(request.user(), name);
            return found.isRefused()
                    ? Result.refused(found.refusal().orElseThrow())
                    : resume(request, found.get(), remaining);
        });
    }

    private Result<Draft> resume(WriteRequest request, KeptDraft draft, Remaining remaining) throws IOException {
        LastingDraftEntry entry = draft.entry();
        WriteRequest sized = entry.hasLength() && request.length().isEmpty()
                ? request.withLength(OptionalLong.of(entry.length()))
                : request;
        boolean moves = !entry.path().equals(request.path());
        Optional<String> base = draft.baseEtag();
        Optional<Refusal> unreadable = draft.refuseCopy(request.user());
        if (moves && unreadable.isPresent()) {
            return Result.refused(unreadable.get());
        }
        WriteRequest conditional = base.isEmpty() || moves
                ? sized
                : sized.withPrecondition(sized.precondition()
                        .and(current -> current.flatMap(RecordVersion::etag).equals(base)));
        long size = draft.state(drafts.keep()).size();
        if (!entry.isDone()) {
            Optional<Refusal> refusal =
                    refuse(conditional, Math.max(0, sized.length().orElse(0) - size));
            if (refusal.isPresent()) {
                return Result.refused(refusal.get());
            }
        }
        Result<UploadLimiter.Slot> slot = admission.acquireSlot(request);
        if (slot.isRefused()) {
            return Result.refused(slot.refusal().orElseThrow());
        }
        Result<HeldDraft> held = null;
        boolean resumed = false;
        try (ResumedClaim claim = new ResumedClaim(admission, draft::claim, draft::reopenClaim)) {
            held = draft.resume(
                    conditional,
                    claim,
                    staged -> new HeldDraft(
                            draft,
                            new RecordDraft(
                                    conditional,
                                    staged,
                                    Optional.empty(),
                                    claim.current(),
                                    admission.receive(
                                            conditional,
                                            staged,
                                            slot.get(),
                                            conditional.length().isPresent()),
                                    admission,
                                    committer,
                                    RecordDraft.Ending.NONE),
                            staged,
                            drafts,
                            moves ? Optional.empty() : base,
                            unreadable.isEmpty(),
                            remaining));
            if (!held.isRefused() && !draft.entry().equals(entry)) {
                save(draft, held.get(), entry);
            }
            resumed = !held.isRefused();
            return held.then(Result::done);
        } finally {
            if (!resumed) {
                if (held != null && !held.isRefused()) {
                    held.get().close();
                }
                slot.get().close();
            }
        }
    }

    /** Stores what has changed; a mere change of the path only once that holds without a commit, too. */
    private void save(KeptDraft draft, HeldDraft held, LastingDraftEntry earlier) throws IOException {
        boolean isRenamed =
                !earlier.isPart() && earlier.of(draft.entry().path()).equals(draft.entry());
        if (isRenamed) {
            held.saveLater();
        } else {
            drafts.save(draft);
        }
    }

    @Override
    public Result<LastingDraft> remove(User user, String name) throws IOException {
        return IoErrors.translate(() -> {
            Result<KeptDraft> found = drafts.find(user, name);
            Result<LastingDraft> state = state(found);
            return found.isRefused() || drafts.delete(found.get())
                    ? state
                    : Result.refused(
                            Refusal.unavailable("the upload is being committed; retry", Duration.ofSeconds(1)));
        });
    }

    /** Deletes expired drafts. */
    public void expire(Instant now) throws IOException {
        drafts.expire(now);
    }
}
