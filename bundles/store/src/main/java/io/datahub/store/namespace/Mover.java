package io.datahub.store.namespace;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.record.Change;
import io.datahub.api.record.MoveRequest;
import io.datahub.api.user.User;
import io.datahub.records.change.Audit;
import io.datahub.records.guard.MoveGuard;
import io.datahub.records.guard.WriteGuard;
import io.datahub.records.quota.Quotas;
import io.datahub.records.validation.ValidationService;
import io.datahub.store.core.FailPoints.Step;
import io.datahub.store.core.IndexWriter;
import io.datahub.store.core.LastGoodVersions;
import io.datahub.store.core.PathLocks;
import io.datahub.store.core.PathState;
import io.datahub.store.core.StoreContext;
import io.datahub.store.write.ServedLinks;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Moves records and directories. A record is moved under the locks of both paths, a directory while no other write is
 * committed. Validation takes place before; if one of the paths changes in the meantime, it is repeated. Thread-safe.
 */
public final class Mover {

    private static final int TRIES = 3;

    private final StoreContext context;
    private final MoveGuard guard;
    private final MoveValidation validation;
    private final DirectoryContents contents;
    private final Quotas quotas;
    private final MoveCommit commit;

    public Mover(
            StoreContext context,
            WriteGuard guard,
            ValidationService validation,
            IndexWriter indexWriter,
            LastGoodVersions lastGoodVersions,
            ServedLinks links,
            Quotas quotas) {
        this.context = context;
        this.guard = new MoveGuard(guard);
        this.validation = new MoveValidation(context, validation, lastGoodVersions);
        this.quotas = quotas;
        contents = new DirectoryContents(context);
        commit = new MoveCommit(context, indexWriter, lastGoodVersions, links);
    }

    private record Plan(boolean isDirectory, List<MoveCandidate> candidates, List<MovedRecord> records) {}

    /** Moves a record or a directory. */
    public Result<List<Change>> move(MoveRequest request) throws IOException {
        Result<List<Change>> result = tryToMove(request);
        if (result.isRefused()) {
            Audit.refused("move", MoveGuard.deletion(request), result.refusal().orElseThrow());
        } else {
            result.get().forEach(change -> Audit.done(MoveGuard.deletion(request), change));
        }
        return result;
    }

    private Result<List<Change>> tryToMove(MoveRequest request) throws IOException {
        for (int i = 0; i < TRIES; i++) {
            Result<Plan> plan = plan(request);
            if (plan.isRefused()) {
                return Result.refused(plan.refusal().orElseThrow());
            }
            context.failPoints().at(Step.VALIDATED);
            AtomicBoolean renamed = new AtomicBoolean();
            try {
                Optional<Result<List<Change>>> result = commit(request, plan.get(), () -> renamed.set(true));
                if (result.isPresent()) {
                    return result.get();
                }
            } finally {
                if (!renamed.get()) {
                    validation.discardCopies(plan.get().records());
                }
            }
        }
        return Result.refused(
                Reason.CONFLICT,
                request.source() + " or " + request.target() + " keeps being written to while it is moved; retry");
    }

    /** Checks the request, and validates what is to be moved. */
    private Result<Plan> plan(MoveRequest request) throws IOException {
        PathState here = context.lookUp(request.source());
        PathState there = context.lookUp(request.target());
        Optional<Refusal> refusal = guard.refuse(request, here, there);
        if (refusal.isPresent()) {
            return Result.refused(refusal.get());
        }
        Result<List<MoveCandidate>> candidates = here.onDisk().isDirectory()
                ? contents.list(request)
                : Result.done(List.of(new MoveCandidate(request.source(), request.target(), here, there)));
        if (candidates.isRefused()) {
            return Result.refused(candidates.refusal().orElseThrow());
        }
        return validation
                .validate(candidates.get(), request.user().name())
                .then(records -> Result.done(new Plan(here.onDisk().isDirectory(), candidates.get(), records)));
    }

    /** Commits what was planned; empty if it has changed since. */
    @SuppressWarnings("try")
    private Optional<Result<List<Change>>> commit(MoveRequest original, Plan plan, Runnable renamed)
            throws IOException {
        Optional<User> user = original.currentUser().get();
        if (user.isEmpty()) {
            return Optional.of(
                    Result.refused(Reason.UNAUTHENTICATED, "the credentials were revoked while it was validated"));
        }
        MoveRequest request = original.withUser(user.get());
        try (PathLocks.Held held = lock(request, plan)) {
            PathState here = context.lookUp(request.source());
            PathState there = context.lookUp(request.target());
            Optional<Refusal> refusal = guard.refuse(request, here, there);
            if (refusal.isPresent()) {
                return Optional.of(Result.refused(refusal.get()));
            }
            if (!isUnchanged(request, plan, here, there)) {
                return Optional.empty();
            }
            List<MovedRecord> records = plan.isDirectory()
                    ? plan.records()
                    : List.of(plan.records().get(0).with(there));
            Result<Quotas.Claim> claim = quotas.claim(
                    records.stream().map(MovedRecord::relocation).toList(),
                    user.get().name());
            if (claim.isRefused()) {
                return Optional.of(Result.refused(claim.refusal().orElseThrow()));
            }
            try (Quotas.Claim claimed = claim.get()) {
                return Optional.of(commit.commit(
                        request.source(), request.target(), records, user.get().name(), claimed, renamed));
            }
        }
    }

    /** A directory is moved while nothing else is committed, since a new record in it would be moved unvalidated. */
    private PathLocks.Held lock(MoveRequest request, Plan plan) {
        return plan.isDirectory()
                ? context.locks().holdAll()
                : context.locks().hold(List.of(request.source(), request.target()));
    }

    private boolean isUnchanged(MoveRequest request, Plan plan, PathState here, PathState there) throws IOException {
        if (here.onDisk().isDirectory() != plan.isDirectory()) {
            return false;
        }
        if (plan.isDirectory()) {
            Result<List<MoveCandidate>> now = contents.list(request);
            return !now.isRefused() && now.get().equals(plan.candidates());
        }
        MovedRecord validated = plan.records().get(0);
        return here.equals(validated.here())
                && (!validated.compared()
                        || there.onDisk().equals(validated.there().onDisk()));
    }
}
