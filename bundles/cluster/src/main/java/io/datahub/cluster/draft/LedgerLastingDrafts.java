package io.datahub.cluster.draft;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.cluster.Blobs;
import io.datahub.api.cluster.LedgerDraft;
import io.datahub.api.cluster.LedgerDrafts;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Draft;
import io.datahub.api.record.LastingDraft;
import io.datahub.api.record.LastingDrafts;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.User;
import io.datahub.cluster.commit.AnnouncedCommit;
import io.datahub.cluster.engine.EngineErrors;
import io.datahub.cluster.journal.Freshness;
import io.datahub.cluster.write.LedgerCommitter;
import io.datahub.cluster.write.LedgerDraftStore;
import io.datahub.cluster.write.StoredBlobs;
import io.datahub.records.draft.DraftAdmission;
import io.datahub.records.draft.DraftNotes;
import io.datahub.records.draft.RecordDraft;
import io.datahub.records.draft.UploadCounts;
import io.datahub.records.draft.UploadLimiter;
import io.datahub.records.quota.Quotas;
import io.datahub.records.settings.StoreSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/** Creates, keeps, finds, resumes, joins and removes lasting drafts that all hubs share. Thread-safe. */
public final class LedgerLastingDrafts implements LastingDrafts {

    private static final int NAME_BYTES = 16;
    private static final Refusal COMMITTING =
            Refusal.unavailable("the upload is being committed; retry", Duration.ofSeconds(1));

    private final LedgerDrafts ledger;
    private final LedgerDraftStore store;
    private final StoredBlobs stored;
    private final DraftHolding holding;
    private final DraftJoin join;
    private final Freshness freshness;
    private final Supplier<StoreSettings> settings;

    public LedgerLastingDrafts(
            LedgerDrafts ledger,
            Blobs blobs,
            StoredBlobs stored,
            LedgerDraftStore store,
            DraftAdmission admission,
            LedgerCommitter committer,
            AnnouncedCommit commits,
            UploadCounts counts,
            Freshness freshness,
            Supplier<StoreSettings> settings) {
        this.ledger = ledger;
        this.store = store;
        this.stored = stored;
        this.freshness = freshness;
        this.settings = settings;
        DraftParts parts = new DraftParts(blobs, stored, store.staging());
        holding = new DraftHolding(ledger, parts, admission, committer, commits, settings);
        join = new DraftJoin(holding, store, counts);
    }

    private <T> Result<T> run(EngineErrors.Work<T> work) throws IOException {
        Optional<Refusal> stale = freshness.refuse();
        return stale.isPresent() ? Result.refused(stale.get()) : EngineErrors.translate(work);
    }

    private Duration keep() {
        return settings.get().keepLastingDrafts();
    }

    private LastingDraft shown(LedgerDraft draft) {
        return DraftStates.shown(draft, holding.size(draft));
    }

    @Override
    public long maxBytes() {
        return settings.get().maxUploadBytes();
    }

    @Override
    public Result<LastingDraft> create(WriteRequest request, Map<String, String> notes) throws IOException {
        return run(() -> {
            Optional<Refusal> refusal = refuse(request, request.length().orElse(0));
            if (refusal.isEmpty()) {
                refusal = refuseNew(request.user(), notes);
            }
            if (refusal.isPresent()) {
                return Result.refused(refusal.get());
            }
            Result<Quotas.Claim> claim = holding.admission().claim(request);
            if (claim.isRefused()) {
                return Result.refused(claim.refusal().orElseThrow());
            }
            claim.get().close();
            LedgerDraft draft = DraftStates.create(stored.fresh(NAME_BYTES), request, notes, "", List.of());
            return Result.done(shown(ledger.create(draft, keep())));
        });
    }

    private Optional<Refusal> refuse(WriteRequest request, long remaining) throws IOException {
        return request.path().isRoot()
                ? holding.admission().refusePart(request, remaining)
                : holding.admission().refuse(request, remaining);
    }

    private Optional<Refusal> refuseNew(User user, Map<String, String> notes) throws IOException {
        int max = settings.get().maxLastingDrafts();
        Optional<Refusal> refusal = DraftNotes.refuse(notes);
        return refusal.isPresent() || ledger.count(user.name()) < max
                ? refusal
                : Optional.of(new Refusal(
                        Reason.TOO_MANY,
                        "you have " + max + " unfinished uploads, the maximum; finish or delete some"));
    }

    @Override
    public Result<LastingDraft> keep(Draft draft, Map<String, String> notes) throws IOException {
        if (!(draft instanceof RecordDraft ordinary)) {
            throw new IllegalArgumentException("this is not an ordinary draft of this store: " + draft);
        }
        return run(() -> {
            Optional<Refusal> refusal = refuseNew(ordinary.user(), notes);
            if (refusal.isPresent()) {
                return Result.refused(refusal.get());
            }
            Path file = store.newFile();
            Result<LedgerDraft> kept = ordinary.moveTo(file, (request, mark, claim) -> {
                String blob = stored.putPart(file, 0, mark.size());
                LedgerDraft made = ledger.create(
                        DraftStates.create(
                                stored.fresh(NAME_BYTES),
                                request,
                                notes,
                                ordinary.usedEtag(),
                                List.of(new LedgerDraft.Part(blob, mark.size()))),
                        keep());
                claim.close();
                return made;
            });
            Files.deleteIfExists(file);
            return kept.then(made -> Result.done(shown(made)));
        });
    }

    @Override
    public Result<Joined> join(WriteRequest request, List<String> names, Map<String, String> notes) throws IOException {
        return run(() -> {
            Optional<Refusal> refusal = DraftNotes.refuse(notes);
            return refusal.isPresent()
                    ? Result.refused(refusal.get())
                    : join.begin(request, names, stored.fresh(NAME_BYTES), notes, this::found);
        });
    }

    @Override
    public List<LastingDraft> list(User user, RecordPath path) throws IOException {
        return ledger.list(user.name(), path).stream().map(this::shown).toList();
    }

    private Result<LedgerDraft> found(User user, String name) throws IOException {
        Optional<LedgerDraft> draft = ledger.find(name);
        if (draft.isEmpty()) {
            return Result.refused(Reason.NOT_FOUND, "there is no such upload; it may have ended or expired");
        }
        return draft.get().user().equals(user.name())
                ? Result.done(draft.get())
                : Result.refused(Reason.FORBIDDEN, "the upload belongs to another user");
    }

    @Override
    public Result<LastingDraft> find(User user, String name) throws IOException {
        return run(() -> found(user, name).then(draft -> Result.done(shown(draft))));
    }

    @Override
    public Result<LastingDraft> release(User user, String name) throws IOException {
        return run(() -> {
            Result<LedgerDraft> found = found(user, name);
            if (found.isRefused() || found.get().committed() || !holding.endHolder(name, true)) {
                return found.then(draft -> Result.done(shown(draft)));
            }
            return ledger.takeOver(name)
                    .map(draft -> Result.done(shown(draft)))
                    .orElseGet(() ->
                            Result.refused(Reason.NOT_FOUND, "there is no such upload; it may have ended or expired"));
        });
    }

    @Override
    public Result<Draft> resume(WriteRequest request, String name, Remaining remaining) throws IOException {
        return run(() -> {
            Result<LedgerDraft> found = found(request.user(), name);
            return found.isRefused()
                    ? Result.refused(found.refusal().orElseThrow())
                    : resume(request, found.get(), remaining);
        });
    }

    private Result<Draft> resume(WriteRequest request, LedgerDraft draft, Remaining remaining) throws IOException {
        if (draft.committed()) {
            return Result.refused(Reason.CONFLICT, "the upload is committed already");
        }
        WriteRequest sized = request.length().isEmpty() ? request.withLength(draft.length()) : request;
        boolean moves = !draft.path().equals(request.path());
        boolean isReadable = draft.etag().isEmpty() || request.user().mayRead(draft.path());
        if (moves && !isReadable) {
            return Result.refused(
                    Reason.FORBIDDEN,
                    "you have no grant to read " + draft.path() + ", of which the upload contains bytes");
        }
        Optional<String> base = Optional.of(draft.etag());
        WriteRequest conditional = draft.etag().isEmpty() || moves
                ? sized
                : sized.withPrecondition(sized.precondition()
                        .and(current -> current.flatMap(RecordVersion::etag).equals(base)));
        long left = Math.max(0, sized.length().orElse(0) - draft.size());
        Optional<Refusal> refusal = refuse(conditional, left);
        if (refusal.isPresent()) {
            return Result.refused(refusal.get());
        }
        if (!holding.endHolder(draft.name(), true)) {
            return Result.refused(COMMITTING);
        }
        return takeOver(conditional, draft.name(), isReadable, remaining);
    }

    private Result<Draft> takeOver(WriteRequest request, String name, boolean isReadable, Remaining remaining)
            throws IOException {
        Optional<LedgerDraft> taken = ledger.takeOver(name);
        if (taken.isEmpty() || taken.get().committed()) {
            return Result.refused(Reason.CONFLICT, "the upload was deleted or is committed already");
        }
        Optional<Refusal> wrong = refuseLength(taken.get(), request.length());
        if (wrong.isPresent()) {
            return Result.refused(wrong.get());
        }
        LedgerDraft state = DraftStates.of(taken.get(), request.path(), request.length());
        if (!state.equals(taken.get())) {
            Optional<LedgerDraft> updated = holding.update(state);
            if (updated.isEmpty()) {
                return Result.refused(Reason.CONFLICT, "another request has taken over the upload; query its offset");
            }
            state = updated.get();
        }
        return hold(request, state, isReadable, remaining);
    }

    private static Optional<Refusal> refuseLength(LedgerDraft draft, OptionalLong length) {
        if (draft.length().isPresent() && !draft.length().equals(length)) {
            return Optional.of(new Refusal(
                    Reason.BAD_REQUEST,
                    "the length was already declared as " + draft.length().getAsLong()));
        }
        return length.isPresent() && length.getAsLong() < draft.size()
                ? Optional.of(new Refusal(
                        Reason.BAD_REQUEST,
                        "there are " + draft.size() + " bytes already, more than the declared length"))
                : Optional.empty();
    }

    private Result<Draft> hold(WriteRequest request, LedgerDraft state, boolean isReadable, Remaining remaining)
            throws IOException {
        Result<UploadLimiter.Slot> slot = holding.admission().acquireSlot(request);
        if (slot.isRefused()) {
            return Result.refused(slot.refusal().orElseThrow());
        }
        HeldDraft held = null;
        Result<Quotas.Claim> claim = null;
        try {
            long bytes = Math.max(state.size(), request.length().orElse(0));
            claim = holding.admission().claim(request.withLength(OptionalLong.of(bytes)));
            if (claim.isRefused()) {
                return Result.refused(claim.refusal().orElseThrow());
            }
            held = new HeldDraft(holding, request, state, claim.get(), slot.get(), isReadable, remaining);
            holding.began(state.name(), held);
            return Result.done(held);
        } finally {
            if (held == null) {
                slot.get().close();
                if (claim != null && !claim.isRefused()) {
                    claim.get().close();
                }
            }
        }
    }

    @Override
    public Result<LastingDraft> remove(User user, String name) throws IOException {
        return run(() -> {
            Result<LedgerDraft> found = found(user, name);
            if (found.isRefused()) {
                return Result.refused(found.refusal().orElseThrow());
            }
            LastingDraft before = shown(found.get());
            if (!holding.endHolder(name, false)) {
                return Result.refused(COMMITTING);
            }
            ledger.delete(name);
            return Result.done(before);
        });
    }
}
