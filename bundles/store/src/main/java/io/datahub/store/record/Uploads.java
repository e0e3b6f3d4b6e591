package io.datahub.store.record;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.record.Change;
import io.datahub.api.record.RecordPath;
import io.datahub.api.record.Upload;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.validation.JudgedBy;
import io.datahub.store.disk.SpareFile;
import io.datahub.store.metadata.IndexEntry;
import io.datahub.store.metadata.LastGoodCopy;
import io.datahub.store.validation.ValidationService;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Begins uploads, and has at hand what they need on their way. */
final class Uploads {

    private final StoreContext holdings;
    private final WriteGuard gate;
    private final FreeSpaceCheck room;
    private final SpareFile spare;
    private final ValidationService judgement;
    private final LastGoodVersions goods;
    private final Commit commit;
    private final Quotas quotas;
    private final UploadLimiter slots;
    private final Supplier<Settings> settings;
    private final UploadCounts counts = new UploadCounts();

    Uploads(
            StoreContext holdings,
            WriteGuard gate,
            FreeSpaceCheck room,
            SpareFile spare,
            ValidationService judgement,
            LastGoodVersions goods,
            Commit commit,
            Quotas quotas,
            UploadLimiter slots,
            Supplier<Settings> settings) {
        this.holdings = holdings;
        this.gate = gate;
        this.room = room;
        this.spare = spare;
        this.judgement = judgement;
        this.goods = goods;
        this.commit = commit;
        this.quotas = quotas;
        this.slots = slots;
        this.settings = settings;
    }

    Result<Upload> begin(WriteRequest request) throws IOException {
        Result<Upload> begun = tryToBegin(request);
        if (begun.isRefused()) {
            counts.refused();
        }
        return begun;
    }

    private Result<Upload> tryToBegin(WriteRequest request) throws IOException {
        Optional<Refusal> refusal = refuse(request, request.length().orElse(0));
        if (refusal.isPresent()) {
            return Result.refused(refusal.get());
        }
        Result<UploadLimiter.Slot> slot = takeSlot(request);
        if (slot.isRefused()) {
            return Result.refused(slot.refusal().orElseThrow());
        }
        Quotas.Claim claim = claim(request);
        boolean begun = false;
        try {
            refusal = want(request, claim);
            if (refusal.isPresent()) {
                return Result.refused(refusal.get());
            }
            StagedFile staged = new StagedFile(
                    holdings.staging().newFile(), request.digests().keySet());
            begun = true;
            return Result.done(new RecordUpload(request, this, staged, claim, slot.get(), pace()));
        } finally {
            if (!begun) {
                claim.close();
                slot.get().close();
            }
        }
    }

    /** Takes a place among the uploads that come in. */
    Result<UploadLimiter.Slot> takeSlot(WriteRequest request) {
        Result<UploadLimiter.Slot> slot = slots.take(request.user());
        slot.refusal().ifPresent(found -> Audit.refused("write", request, found));
        return slot;
    }

    Quotas.Claim claim(WriteRequest request) {
        return quotas.claim(request);
    }

    /** One that claims nothing, for what is a record already. */
    Quotas.Claim closedClaim(WriteRequest request) {
        Quotas.Claim claim = quotas.claim(request);
        claim.close();
        return claim;
    }

    /** Claims the room that the request will take, as far as it says. */
    Optional<Refusal> want(WriteRequest request, Quotas.Claim claim) throws IOException {
        Optional<IndexEntry> old = holdings.look(request.path()).entry();
        Optional<Refusal> refusal = claim.want(request.length().orElse(0), old);
        refusal.ifPresent(found -> Audit.refused("write", request, found));
        return refusal;
    }

    MinThroughput pace() {
        return new MinThroughput(settings.get().limits().minBytesPerSecond(), System.nanoTime());
    }

    /** Refuses a write that can come to nothing, of which so many bytes are still to come. */
    Optional<Refusal> refuse(WriteRequest request, long toCome) throws IOException {
        Optional<Refusal> refusal = gate.refuseWrite(request, holdings.look(request.path()));
        if (refusal.isEmpty()) {
            refusal = refuseSize(request.length().orElse(0));
        }
        if (refusal.isEmpty()) {
            refusal = refuseRoom(request.path(), toCome);
        }
        refusal.ifPresent(found -> Audit.refused("write", request, found));
        return refusal;
    }

    /** Refuses a part that can come to nothing, of which so many bytes are still to come. */
    Optional<Refusal> refusePart(WriteRequest request, long toCome) throws IOException {
        Optional<Refusal> refusal = gate.refusePart(request.user());
        if (refusal.isEmpty()) {
            refusal = refuseSize(request.length().orElse(0));
        }
        if (refusal.isEmpty()) {
            refusal = room.refuse(toCome);
        }
        refusal.ifPresent(found -> Audit.refused("write", request, found));
        return refusal;
    }

    Optional<Refusal> refuseSize(long size) {
        long most = settings.get().maxUploadBytes();
        return size <= most
                ? Optional.empty()
                : Optional.of(new Refusal(Reason.TOO_LARGE, "a record may have at most " + most + " bytes"));
    }

    FreeSpaceCheck.Share share(WriteRequest request) {
        return room.share(request);
    }

    /** Refuses what there is no room for; for the users file the hub gives up its last. */
    private Optional<Refusal> refuseRoom(RecordPath path, long bytes) throws IOException {
        if (path.equals(RecordPath.USERS) && !room.isThere()) {
            spare.release();
        }
        return room.refuse(path, bytes);
    }

    PathState look(RecordPath path) throws IOException {
        return holdings.look(path);
    }

    CandidateFile candidate(WriteRequest request, StagedFile staged) {
        RecordPath path = request.path();
        return new CandidateFile(path, request.user().name(), staged, () -> present(path));
    }

    private Optional<InputStream> present(RecordPath path) throws IOException {
        return holdings.tree().lookUp(path).isFile()
                ? Optional.of(Channels.newInputStream(holdings.tree().open(path)))
                : Optional.empty();
    }

    Result<List<JudgedBy>> judge(CandidateFile candidate) throws IOException {
        return judgement.validate(candidate, settings.get().patience());
    }

    Optional<LastGoodCopy> keepGood(RecordPath path, StagedFile staged) throws IOException {
        return goods.keep(path, staged);
    }

    void discardGood(Optional<LastGoodCopy> good) {
        goods.discard(good);
    }

    Result<Change> commit(
            WriteRequest request,
            StagedFile staged,
            List<JudgedBy> validators,
            Optional<PathState> compared,
            Optional<LastGoodCopy> good,
            Quotas.Claim claim)
            throws IOException {
        return commit.commit(request, staged, validators, compared, good, claim);
    }

    UploadCounts counts() {
        return counts;
    }

    FailPoints steps() {
        return holdings.steps();
    }
}
