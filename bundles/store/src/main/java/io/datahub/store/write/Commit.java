package io.datahub.store.write;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.file.FileStat;
import io.datahub.api.log.LogText;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.api.record.Precondition;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.User;
import io.datahub.api.validation.ValidatorId;
import io.datahub.records.draft.ValidatedDraft;
import io.datahub.records.guard.WriteGuard;
import io.datahub.records.quota.Quotas;
import io.datahub.records.staging.StagedFile;
import io.datahub.store.core.FailPoints.Step;
import io.datahub.store.core.InFlightRenames;
import io.datahub.store.core.IndexWriter;
import io.datahub.store.core.LastGoodVersions;
import io.datahub.store.core.PathLocks;
import io.datahub.store.core.PathState;
import io.datahub.store.core.StoreContext;
import io.datahub.store.disk.DirectoryEntry;
import io.datahub.store.metadata.CommitFuture;
import io.datahub.store.metadata.CommitTimes;
import io.datahub.store.metadata.IndexEntry;
import io.datahub.store.metadata.Intent;
import io.datahub.store.metadata.LastGoodCopyEntry;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits a validated staged file as the new version of its record: write the intent, rename, flush the directory,
 * update the index. A failure before the rename leaves everything unchanged. After the rename the new version stands
 * even if a later step fails; recovery or the next reconciliation then adds it to the index.
 */
public final class Commit {

    private static final Logger LOG = LoggerFactory.getLogger(Commit.class);

    private final StoreContext context;
    private final WriteGuard guard;
    private final IndexWriter indexWriter;
    private final LastGoodVersions lastGoodVersions;
    private final ServedLinks links;

    public Commit(
            StoreContext context,
            WriteGuard guard,
            IndexWriter indexWriter,
            LastGoodVersions lastGoodVersions,
            ServedLinks links) {
        this.links = links;
        this.context = context;
        this.guard = guard;
        this.indexWriter = indexWriter;
        this.lastGoodVersions = lastGoodVersions;
    }

    /**
     * Commits a staged file.
     *
     * @param copy the last good copy of the new version, if one is kept
     * @param claim the quota claim for the space that the file takes
     * @return the change, or a refusal; {@link Reason#CONFLICT} if the record is no longer the version it was compared
     *     with
     */
    @SuppressWarnings("try")
    Result<Change> commit(
            WriteRequest original,
            StagedFile staged,
            ValidatedDraft validated,
            Optional<LastGoodCopyEntry> copy,
            Quotas.Claim claim)
            throws IOException {
        RecordPath path = original.path();
        Optional<User> user = original.currentUser().get();
        if (user.isEmpty()) {
            return Result.refused(Reason.UNAUTHENTICATED, "the credentials were revoked during the upload");
        }
        WriteRequest request = original.withUser(user.get());
        Optional<LastGoodCopyEntry> oldCopy;
        CommitFuture<Optional<Change>> future;
        try (PathLocks.Held held = context.locks().hold(path)) {
            PathState state = context.lookUp(path);
            Optional<Refusal> refusal = guard.refuseWrite(request, state);
            if (refusal.isEmpty()) {
                refusal = claim.reserve(staged.size(), state.entry().map(IndexEntry::counted));
            }
            if (refusal.isPresent()) {
                return Result.refused(refusal.get());
            }
            Optional<?> comparedWith = validated.comparedWith();
            if (comparedWith.isPresent() && !comparedWith.get().equals(state.onDisk())) {
                return Result.refused(REPLACED_DURING_VALIDATION);
            }
            oldCopy = context.metadata().lastGoodCopy(path);
            CommitTimes times = setTime(staged, request.clientModified());
            FileStat stagedStat = FileStat.of(staged.path())
                    .orElseThrow(() -> new NoSuchFileException(staged.path().toString()));
            List<RecordPath> missing = context.parents().missing(path);
            Intent intent = intent(request, staged, stagedStat, validated.validators(), missing.size(), copy, times);
            writeIntent(path, intent, staged);
            context.failPoints().at(Step.INTENDED);
            future = move(request, staged, stagedStat, intent, missing, state, claim);
            if (future == null) {
                return Result.refused(Reason.CONFLICT, path + " was modified concurrently; retry");
            }
            future.await();
        }
        lastGoodVersions.discard(oldCopy);
        return Result.done(future.await().orElseThrow());
    }

    /** Writes the intent and, in parallel, flushes the staged file if it has not been flushed yet. */
    private void writeIntent(RecordPath path, Intent intent, StagedFile staged) throws IOException {
        CommitFuture<RecordPath> intentWritten = context.metadata().submitAndFlush(transaction -> {
            transaction.putIntent(path, intent);
            return path;
        });
        boolean flushed = false;
        try {
            staged.flush();
            flushed = true;
        } finally {
            if (!flushed) {
                indexWriter.dropIntent(path);
            }
        }
        intentWritten.await();
    }

    /**
     * Gives a file the client's time, which programs on this machine then see, rsync among them, and returns the times to
     * be indexed. A time in the future, which those could mistake for a change, is only indexed.
     */
    private static CommitTimes setTime(StagedFile file, Optional<Instant> client) {
        Instant now = Instant.now();
        if (client.filter(now::isAfter).isPresent()) {
            try {
                file.setModified(client.get());
                return new CommitTimes(Optional.of(now), client);
            } catch (IOException | ArithmeticException e) {
                LOG.debug("event=store.time.unsupported time={} reason={}", client.get(), LogText.quoted(e));
            }
        }
        return CommitTimes.written(client);
    }

    /** The record was replaced while validators compared the new version with it. */
    static final Refusal REPLACED_DURING_VALIDATION =
            new Refusal(Reason.CONFLICT, "the record was replaced while the new version was validated; retry");

    private Intent intent(
            WriteRequest request,
            StagedFile staged,
            FileStat stagedStat,
            List<ValidatorId> validators,
            int missing,
            Optional<LastGoodCopyEntry> copy,
            CommitTimes times) {
        return new Intent(
                Intent.Kind.WRITE,
                stagedStat.key(),
                stagedStat.size(),
                stagedStat.modified(),
                staged.sha256(),
                request.user().name(),
                validators,
                List.of(),
                missing,
                copy.map(LastGoodCopyEntry::file).orElse(""),
                times,
                Optional.empty());
    }

    /**
     * Renames the file into place and adds it to the index. Returns null if the path holds something that can't be
     * replaced or, for a conditional write, no longer holds what the condition was evaluated against.
     */
    @SuppressWarnings("try")
    private CommitFuture<Optional<Change>> move(
            WriteRequest request,
            StagedFile staged,
            FileStat stagedStat,
            Intent intent,
            List<RecordPath> missing,
            PathState before,
            Quotas.Claim claim)
            throws IOException {
        RecordPath path = request.path();
        boolean conditional = request.precondition() != Precondition.NONE;
        boolean moved = false;
        try (InFlightRenames.Mark mark = context.renames().begin(path)) {
            if ((conditional && !context.tree().lookUp(path).equals(before.onDisk()))
                    || !context.renameTo(path, missing, () -> context.tree().put(staged.path(), path))) {
                return null;
            }
            moved = true;
            staged.moved();
            context.failPoints().at(Step.MOVED);
            if (!path.equals(RecordPath.USERS) && intent.times().committed().isEmpty()) {
                links.link(context.tree().resolve(path), intent.sha256(), IndexEntry.instant(intent.modified()));
            }
            context.parents().flush(path);
            context.failPoints().at(Step.FLUSHED);
            DirectoryEntry onDisk = context.afterRename(path, stagedStat);
            CommitFuture<Optional<Change>> future =
                    indexWriter.completed(path, intent, onDisk, before.entry(), claim::close);
            context.failPoints().at(Step.INDEXED);
            return future;
        } finally {
            if (!moved) {
                indexWriter.dropIntent(path);
                context.removeEmptyParents(path, intent.parents());
            }
        }
    }
}
