package io.datahub.store;

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
import io.datahub.records.draft.OrdinaryDrafts;
import io.datahub.records.quota.Room;
import io.datahub.records.staging.IoErrors;
import io.datahub.store.namespace.ClientTimes;
import io.datahub.store.namespace.Directories;
import io.datahub.store.namespace.Mover;
import io.datahub.store.read.DirectoryLister;
import io.datahub.store.read.RecordReader;
import io.datahub.store.write.Deleter;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The record store, which keeps records as files below the home directory. Assigns each operation to its use case, and
 * translates disk errors to refusals. Thread-safe.
 */
final class FileRecordStore implements RecordStore {

    private final RecordReader reader;
    private final DirectoryLister lister;
    private final OrdinaryDrafts drafts;
    private final Deleter deleter;
    private final Mover mover;
    private final Directories directories;
    private final ClientTimes clientTimes;
    private final Room room;
    private final Supplier<RecordUrls> urls;

    FileRecordStore(
            RecordReader reader,
            DirectoryLister lister,
            OrdinaryDrafts drafts,
            Deleter deleter,
            Mover mover,
            Directories directories,
            ClientTimes clientTimes,
            Room room,
            Supplier<RecordUrls> urls) {
        this.reader = reader;
        this.lister = lister;
        this.drafts = drafts;
        this.deleter = deleter;
        this.mover = mover;
        this.directories = directories;
        this.clientTimes = clientTimes;
        this.room = room;
        this.urls = urls;
    }

    @Override
    public Result<Draft> begin(WriteRequest request) throws IOException {
        return IoErrors.translate(() -> drafts.begin(request));
    }

    @Override
    public Result<Draft> edit(WriteRequest request) throws IOException {
        return IoErrors.translate(() -> drafts.edit(request));
    }

    @Override
    public Result<List<Change>> delete(WriteRequest request) throws IOException {
        return IoErrors.translate(() -> deleter.delete(request));
    }

    @Override
    public Result<List<Change>> deleteTree(WriteRequest request) throws IOException {
        return IoErrors.translate(() -> deleter.deleteTree(request));
    }

    @Override
    public Result<List<Change>> move(MoveRequest request) throws IOException {
        return IoErrors.translate(() -> mover.move(request));
    }

    @Override
    public Result<Boolean> mkdir(WriteRequest request) throws IOException {
        return IoErrors.translate(() -> directories.create(request));
    }

    @Override
    public Result<RecordPath> rmdir(WriteRequest request) throws IOException {
        return IoErrors.translate(() -> deleter.rmdir(request));
    }

    @Override
    public Result<RecordVersion> setClientModified(WriteRequest request) throws IOException {
        return IoErrors.translate(() -> clientTimes.set(request));
    }

    @Override
    public Result<Listing.Entry> stat(User user, RecordPath path) throws IOException {
        return IoErrors.translate(() -> lister.stat(user, path));
    }

    @Override
    public Optional<RecordVersion> peek(User user, RecordPath path) throws IOException {
        return reader.peek(user, path);
    }

    @Override
    public Result<RecordVersion> find(User user, RecordPath path) throws IOException {
        return IoErrors.translate(() -> reader.find(user, path));
    }

    @Override
    public Result<Reading> open(User user, RecordPath path) throws IOException {
        return IoErrors.translate(() -> reader.open(user, path));
    }

    @Override
    public Result<Listing> list(User user, RecordPath directory, String after, int limit) throws IOException {
        return IoErrors.translate(() -> lister.list(user, directory, after, limit));
    }

    @Override
    public Result<StorageSpace> space(User user, RecordPath path) throws IOException {
        return IoErrors.translate(() -> room.space(user, path));
    }

    @Override
    public RecordUrls urls() {
        return urls.get();
    }
}
