package io.datahub.cluster;

import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.path.RecordUrls;
import io.datahub.api.record.Change;
import io.datahub.api.record.Draft;
import io.datahub.api.record.Listing;
import io.datahub.api.record.MoveRequest;
import io.datahub.api.record.Reading;
import io.datahub.api.record.RecordStore;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.record.StorageSpace;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.User;
import io.datahub.cluster.engine.EngineErrors;
import io.datahub.cluster.journal.Freshness;
import io.datahub.cluster.namespace.ClientTimes;
import io.datahub.cluster.namespace.Directories;
import io.datahub.cluster.namespace.Mover;
import io.datahub.cluster.read.DirectoryLister;
import io.datahub.cluster.read.RecordReader;
import io.datahub.cluster.write.Deleter;
import io.datahub.records.draft.OrdinaryDrafts;
import io.datahub.records.quota.Room;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The record store of a cluster. Assigns each operation to its use case, refuses all while this hub's view of the ledger
 * is too old, and translates failures to refusals. Thread-safe.
 */
record ClusterRecordStore(
        Freshness freshness,
        RecordReader reader,
        DirectoryLister lister,
        OrdinaryDrafts drafts,
        Deleter deleter,
        Mover mover,
        Directories directories,
        ClientTimes clientTimes,
        Room room,
        Supplier<RecordUrls> currentUrls)
        implements RecordStore {

    private <T> Result<T> run(EngineErrors.Work<T> work) throws IOException {
        Optional<Refusal> stale = freshness.refuse();
        return stale.isPresent() ? Result.refused(stale.get()) : EngineErrors.translate(work);
    }

    @Override
    public Result<Draft> begin(WriteRequest request) throws IOException {
        return run(() -> drafts.begin(request));
    }

    @Override
    public Result<Draft> edit(WriteRequest request) throws IOException {
        return run(() -> drafts.edit(request));
    }

    @Override
    public Result<List<Change>> delete(WriteRequest request) throws IOException {
        return run(() -> deleter.delete(request));
    }

    @Override
    public Result<List<Change>> deleteTree(WriteRequest request) throws IOException {
        return run(() -> deleter.deleteTree(request));
    }

    @Override
    public Result<List<Change>> move(MoveRequest request) throws IOException {
        return run(() -> mover.move(request));
    }

    @Override
    public Result<Boolean> mkdir(WriteRequest request) throws IOException {
        return run(() -> directories.create(request));
    }

    @Override
    public Result<RecordPath> rmdir(WriteRequest request) throws IOException {
        return run(() -> deleter.rmdir(request));
    }

    @Override
    public Result<RecordVersion> setClientModified(WriteRequest request) throws IOException {
        return run(() -> clientTimes.set(request));
    }

    @Override
    public Result<Listing.Entry> stat(User user, RecordPath path) throws IOException {
        return run(() -> lister.stat(user, path));
    }

    @Override
    public Result<RecordVersion> find(User user, RecordPath path) throws IOException {
        return run(() -> reader.find(user, path));
    }

    @Override
    public Result<Reading> open(User user, RecordPath path) throws IOException {
        return run(() -> reader.open(user, path));
    }

    @Override
    public Result<Listing> list(User user, RecordPath directory, String after, int limit) throws IOException {
        return run(() -> lister.list(user, directory, after, limit));
    }

    @Override
    public Result<StorageSpace> space(User user, RecordPath path) throws IOException {
        return run(() -> room.space(user, path));
    }

    @Override
    public RecordUrls urls() {
        return currentUrls.get();
    }
}
