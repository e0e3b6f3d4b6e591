package io.datahub.cluster.namespace;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.cluster.LedgerDirectory;
import io.datahub.api.cluster.LedgerRecord;
import io.datahub.api.cluster.LedgerRecords;
import io.datahub.api.cluster.Outcome;
import io.datahub.api.cluster.Usage;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.api.record.MoveRequest;
import io.datahub.api.user.User;
import io.datahub.api.validation.ValidatorId;
import io.datahub.cluster.commit.AnnouncedCommit;
import io.datahub.cluster.read.Lookups;
import io.datahub.cluster.read.PathLookup;
import io.datahub.cluster.read.RecordBytes;
import io.datahub.cluster.write.ComparedRecord;
import io.datahub.cluster.write.LedgerCommitter;
import io.datahub.cluster.write.LedgerUsage;
import io.datahub.cluster.write.StoredBlobs;
import io.datahub.records.change.Audit;
import io.datahub.records.guard.MoveGuard;
import io.datahub.records.quota.Quotas;
import io.datahub.records.settings.StoreSettings;
import io.datahub.records.staging.CandidateFile;
import io.datahub.records.validation.ValidationService;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Moves records and directories. No bytes are copied: the new version has the blob of the old one. What was validated is
 * committed only if nothing has changed since; otherwise it is planned anew. Thread-safe.
 */
public final class Mover {

    private static final int TRIES = 6;
    private static final int PAGE = 1_000;

    private final Lookups lookups;
    private final LedgerRecords ledger;
    private final RecordBytes bytes;
    private final StoredBlobs blobs;
    private final MoveGuard guard;
    private final ValidationService validation;
    private final AnnouncedCommit commits;
    private final Quotas quotas;
    private final Supplier<StoreSettings> settings;

    public Mover(
            Lookups lookups,
            LedgerRecords ledger,
            RecordBytes bytes,
            StoredBlobs blobs,
            MoveGuard guard,
            ValidationService validation,
            AnnouncedCommit commits,
            Quotas quotas,
            Supplier<StoreSettings> settings) {
        this.lookups = lookups;
        this.ledger = ledger;
        this.bytes = bytes;
        this.blobs = blobs;
        this.guard = guard;
        this.validation = validation;
        this.commits = commits;
        this.quotas = quotas;
        this.settings = settings;
    }

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
            Result<MovePlan> plan = plan(request);
            if (plan.isRefused()) {
                return Result.refused(plan.refusal().orElseThrow());
            }
            Optional<Result<List<Change>>> result = commit(request, plan.get());
            if (result.isPresent()) {
                return result.get();
            }
        }
        return Result.refused(
                Reason.CONFLICT,
                request.source() + " or " + request.target() + " keeps being written to while it is moved; retry");
    }

    /** Checks the request, and validates what is to be moved. */
    private Result<MovePlan> plan(MoveRequest request) throws IOException {
        PathLookup here = lookups.lookUp(request.source());
        PathLookup there = lookups.lookUp(request.target());
        Optional<Refusal> refusal = guard.refuse(request, here, there);
        if (refusal.isPresent()) {
            return Result.refused(refusal.get());
        }
        List<LedgerDirectory> directories = here.isDirectory() ? directories(here, request.source()) : List.of();
        int max = settings.get().maxMovedRecords();
        List<LedgerRecord> records = here.isDirectory()
                ? records(request.source(), max + 1)
                : List.of(here.at().record().orElseThrow());
        if (here.isDirectory() && records.size() > max) {
            return Result.refused(
                    Reason.CONFLICT,
                    request.source() + " has more than " + max
                            + " records, the maximum for one move (maxMovedRecords); move its subdirectories one by one");
        }
        for (LedgerDirectory each : directories) {
            Result<RecordPath> target = target(request, each.path());
            if (target.isRefused()) {
                return Result.refused(target.refusal().orElseThrow());
            }
        }
        List<MovedRecord> moved = new ArrayList<>();
        for (LedgerRecord each : records) {
            Result<MovedRecord> validated = validate(request, each);
            if (validated.isRefused()) {
                Refusal found = validated.refusal().orElseThrow();
                return Result.refused(
                        here.isDirectory()
                                ? new Refusal(
                                        found.reason(),
                                        each.path() + ": " + found.detail(),
                                        found.violations(),
                                        found.retryAfter())
                                : found);
            }
            moved.add(validated.get());
        }
        return Result.done(new MovePlan(request, there, moved, directories));
    }

    private List<LedgerDirectory> directories(PathLookup here, RecordPath source) throws IOException {
        List<LedgerDirectory> all = new ArrayList<>();
        all.add(here.at().directory().orElseThrow());
        for (RecordPath after = source; after != null; ) {
            List<LedgerDirectory> page = ledger.directoriesBelow(source, after, PAGE);
            all.addAll(page);
            after = page.size() < PAGE ? null : page.get(page.size() - 1).path();
        }
        return all;
    }

    private List<LedgerRecord> records(RecordPath source, int limit) throws IOException {
        List<LedgerRecord> all = new ArrayList<>();
        for (RecordPath after = source; after != null && all.size() < limit; ) {
            int size = Math.min(PAGE, limit - all.size());
            List<LedgerRecord> page = ledger.recordsBelow(source, after, size);
            all.addAll(page);
            after = page.size() < size ? null : page.get(page.size() - 1).path();
        }
        return all;
    }

    private static Result<RecordPath> target(MoveRequest request, RecordPath path) {
        return RecordPath.parse(request.target()
                + path.toString().substring(request.source().toString().length()));
    }

    private Result<MovedRecord> validate(MoveRequest request, LedgerRecord record) throws IOException {
        Result<RecordPath> target = target(request, record.path());
        if (target.isRefused()) {
            return Result.refused(target.refusal().orElseThrow());
        }
        CandidateFile candidate = new CandidateFile(
                target.get(),
                request.user().name(),
                record.size(),
                record.sha256(),
                () -> bytes.stream(record),
                new ComparedRecord(lookups, bytes, target.get()));
        Result<List<ValidatorId>> validated =
                validation.validate(candidate, settings.get().validatorWait());
        return validated.then(validators -> Result.done(new MovedRecord(record, target.get(), validators)));
    }

    /** Commits what was planned; empty if something has changed since. */
    @SuppressWarnings("try")
    private Optional<Result<List<Change>>> commit(MoveRequest request, MovePlan plan) throws IOException {
        Optional<User> user = request.currentUser().get();
        if (user.isEmpty()) {
            return Optional.of(
                    Result.refused(Reason.UNAUTHENTICATED, "the credentials were revoked while it was validated"));
        }
        String name = user.get().name();
        Optional<Refusal> refusal =
                guard.refuse(request.withUser(user.get()), lookups.lookUp(request.source()), plan.there());
        if (refusal.isPresent()) {
            return Optional.of(Result.refused(refusal.get()));
        }
        Result<Quotas.Claim> claim = quotas.claim(plan.relocations(), name);
        if (claim.isRefused()) {
            return Optional.of(Result.refused(claim.refusal().orElseThrow()));
        }
        try (Quotas.Claim claimed = claim.get()) {
            return decide(plan, name);
        }
    }

    private Optional<Result<List<Change>>> decide(MovePlan plan, String user) throws IOException {
        Set<Usage.Limit> limits = new LinkedHashSet<>();
        plan.records().forEach(each -> limits.addAll(LedgerUsage.limits(quotas, each.target(), user)));
        Outcome outcome =
                commits.commit(user, plan.operations(user, () -> '"' + blobs.fresh(10) + '"'), List.copyOf(limits));
        if (outcome instanceof Outcome.Committed committed) {
            return Optional.of(Result.done(commits.announced(committed)));
        }
        Outcome.Refused refused = (Outcome.Refused) outcome;
        return refused.kind() == Outcome.Kind.LIMIT
                ? Optional.of(Result.refused(LedgerCommitter.refusal(refused)))
                : Optional.empty();
    }
}
