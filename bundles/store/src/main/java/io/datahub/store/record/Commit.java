package io.datahub.store.record;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.record.Change;
import io.datahub.api.record.Precondition;
import io.datahub.api.record.RecordPath;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.User;
import io.datahub.api.validation.JudgedBy;
import io.datahub.store.disk.DirectoryEntry;
import io.datahub.store.disk.FileStat;
import io.datahub.store.metadata.CommitFuture;
import io.datahub.store.metadata.Intent;
import io.datahub.store.metadata.LastGoodCopy;
import io.datahub.store.record.FailPoints.Step;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Optional;

/**
 * Makes a judged staged file the new version of its record: intent, rename, flush of the directory, entry. Before the
 * rename a failure leaves everything as it was; after it, whatever happens, the new version stands and is entered by
 * whoever looks next.
 */
final class Commit {

    private static final int TRIES = 5;

    private final StoreContext holdings;
    private final WriteGuard gate;
    private final IndexWriter registrar;
    private final LastGoodVersions goods;
    private final ServedLinks links;

    Commit(StoreContext holdings, WriteGuard gate, IndexWriter registrar, LastGoodVersions goods, ServedLinks links) {
        this.links = links;
        this.holdings = holdings;
        this.gate = gate;
        this.registrar = registrar;
        this.goods = goods;
    }

    /**
     * Commits a staged file.
     *
     * @param compared the version that validators compared it with, if they did so
     * @param good the copy of the new version, if one is kept
     * @param claim to the room that it takes
     * @return the change, or the refusal; {@link Reason#CONFLICT} where the record isn't any more what it was compared with
     */
    @SuppressWarnings("try")
    Result<Change> commit(
            WriteRequest wish,
            StagedFile staged,
            List<JudgedBy> validators,
            Optional<PathState> compared,
            Optional<LastGoodCopy> good,
            Quotas.Claim claim)
            throws IOException {
        RecordPath path = wish.path();
        Optional<User> user = wish.standing().get();
        if (user.isEmpty()) {
            return Result.refused(
                    Reason.UNAUTHENTICATED, "the credentials were taken out of force while the bytes came");
        }
        WriteRequest request = wish.by(user.get());
        Optional<LastGoodCopy> old;
        CommitFuture<Optional<Change>> ticket;
        try (PathLocks.Held held = holdings.locks().hold(path)) {
            PathState sight = holdings.look(path);
            Optional<Refusal> refusal = gate.refuseWrite(request, sight);
            if (refusal.isEmpty()) {
                refusal = claim.want(staged.size(), sight.entry());
            }
            if (refusal.isPresent()) {
                return Result.refused(refusal.get());
            }
            if (compared.isPresent() && !compared.get().place().equals(sight.place())) {
                return Result.refused(OVERTAKEN);
            }
            old = holdings.ledger().lastGoodCopy(path);
            FileStat put = FileStat.of(staged.path())
                    .orElseThrow(() -> new NoSuchFileException(staged.path().toString()));
            Intent intent = intent(request, staged, put, validators, good);
            intend(path, intent, staged);
            holdings.steps().at(Step.INTENDED);
            ticket = move(request, staged, put, intent, sight, claim);
            if (ticket == null) {
                return Result.refused(
                        Reason.CONFLICT, "something else came to lie at or before " + path + " meanwhile; try again");
            }
            ticket.await();
        }
        goods.discard(old);
        return Result.done(ticket.await().orElseThrow());
    }

    /** Has the intent written, and flushes what small files have not been flushed, at once. */
    private void intend(RecordPath path, Intent intent, StagedFile staged) throws IOException {
        CommitFuture<RecordPath> intended = holdings.ledger().submit(transaction -> {
            transaction.putIntent(path, intent);
            return path;
        });
        intended.requestFlush();
        boolean flushed = false;
        try {
            staged.flush();
            flushed = true;
        } finally {
            if (!flushed) {
                registrar.givenUp(path);
            }
        }
        intended.await();
    }

    /** Says that the record was replaced while validators compared the new version with it. */
    static final Refusal OVERTAKEN =
            new Refusal(Reason.CONFLICT, "the record was replaced while the new version was judged; try again");

    private Intent intent(
            WriteRequest request,
            StagedFile staged,
            FileStat put,
            List<JudgedBy> validators,
            Optional<LastGoodCopy> good)
            throws IOException {
        return new Intent(
                Intent.Kind.WRITE,
                put.key(),
                put.size(),
                put.modified(),
                staged.sha256(),
                request.user().name(),
                validators,
                List.of(),
                holdings.parents().countMissing(request.path()),
                good.map(LastGoodCopy::file).orElse(""));
    }

    /**
     * Moves the file into its place and enters it; null if something lies there that can't be replaced or, where the write
     * depends on a condition, isn't any more what that was asked of.
     */
    @SuppressWarnings("try")
    private CommitFuture<Optional<Change>> move(
            WriteRequest request, StagedFile staged, FileStat put, Intent intent, PathState before, Quotas.Claim claim)
            throws IOException {
        RecordPath path = request.path();
        boolean conditional = request.precondition() != Precondition.NONE;
        boolean moved = false;
        try (InFlightRenames.Mark mark = holdings.moving().begin(path)) {
            if ((conditional && !holdings.tree().lookUp(path).equals(before.place())) || !replace(path, staged)) {
                return null;
            }
            moved = true;
            staged.moved();
            holdings.steps().at(Step.MOVED);
            if (!path.equals(RecordPath.USERS)) {
                links.link(holdings.tree().resolve(path), intent.sha256(), intent.modified());
            }
            holdings.parents().flush(path);
            holdings.steps().at(Step.FLUSHED);
            DirectoryEntry place = holdings.placed(path, put);
            CommitFuture<Optional<Change>> ticket = registrar.carriedOut(path, intent, place, before.entry(), claim);
            holdings.steps().at(Step.ENTERED);
            return ticket;
        } finally {
            if (!moved) {
                registrar.givenUp(path);
                holdings.parents().removeEmpty(path, intent.parents());
            }
        }
    }

    private boolean replace(RecordPath path, StagedFile staged) throws IOException {
        for (int i = 0; ; i++) {
            try {
                holdings.parents().create(path);
                holdings.tree().put(staged.path(), path);
                return true;
            } catch (NoSuchFileException e) {
                // A directory on the way was deleted as an empty one.
                if (i == TRIES) {
                    throw e;
                }
            } catch (AccessDeniedException e) {
                throw e;
            } catch (FileSystemException e) {
                DirectoryEntry place = holdings.tree().lookUp(path);
                if (place.isFile() || place.isNothing()) {
                    throw e;
                }
                return false;
            }
        }
    }
}
