package io.datahub.test.memory;

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
import java.io.IOException;
import java.util.List;

/** A store that can do nothing: tests that need only a part of a store extend it. */
public abstract class UnsupportedRecordStore implements RecordStore {

    @Override
    public Result<Draft> begin(WriteRequest request) throws IOException {
        throw new UnsupportedOperationException();
    }

    @Override
    public Result<Draft> edit(WriteRequest request) throws IOException {
        throw new UnsupportedOperationException();
    }

    @Override
    public Result<List<Change>> delete(WriteRequest request) throws IOException {
        throw new UnsupportedOperationException();
    }

    @Override
    public Result<List<Change>> deleteTree(WriteRequest request) throws IOException {
        throw new UnsupportedOperationException();
    }

    @Override
    public Result<List<Change>> move(MoveRequest request) throws IOException {
        throw new UnsupportedOperationException();
    }

    @Override
    public Result<Boolean> mkdir(WriteRequest request) throws IOException {
        throw new UnsupportedOperationException();
    }

    @Override
    public Result<RecordPath> rmdir(WriteRequest request) throws IOException {
        throw new UnsupportedOperationException();
    }

    @Override
    public Result<RecordVersion> setClientModified(WriteRequest request) throws IOException {
        throw new UnsupportedOperationException();
    }

    @Override
    public Result<Listing.Entry> stat(User user, RecordPath path) throws IOException {
        throw new UnsupportedOperationException();
    }

    @Override
    public Result<RecordVersion> find(User user, RecordPath path) throws IOException {
        throw new UnsupportedOperationException();
    }

    @Override
    public Result<Reading> open(User user, RecordPath path) throws IOException {
        throw new UnsupportedOperationException();
    }

    @Override
    public Result<Listing> list(User user, RecordPath directory, String after, int limit) throws IOException {
        throw new UnsupportedOperationException();
    }

    @Override
    public Result<StorageSpace> space(User user, RecordPath path) throws IOException {
        throw new UnsupportedOperationException();
    }

    @Override
    public RecordUrls urls() {
        return RecordUrls.RELATIVE;
    }
}
