package io.datahub.store.namespace;

import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.record.WriteRequest;
import io.datahub.records.change.Audit;
import io.datahub.records.guard.WriteGuard;
import io.datahub.store.core.IndexWriter;
import io.datahub.store.core.PathLocks;
import io.datahub.store.core.PathState;
import io.datahub.store.core.StoreContext;
import io.datahub.store.metadata.CommitFuture;
import io.datahub.store.metadata.IndexEntry;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Sets the client's time of records, which is neither a new version nor an event. Thread-safe. */
public final class ClientTimes {

    private final StoreContext context;
    private final WriteGuard guard;
    private final IndexWriter indexWriter;

    public ClientTimes(StoreContext context, WriteGuard guard, IndexWriter indexWriter) {
        this.context = context;
        this.guard = guard;
        this.indexWriter = indexWriter;
    }

    /** Sets, or removes, the client's time of the present version. */
    @SuppressWarnings("try")
    public Result<RecordVersion> set(WriteRequest request) throws IOException {
        RecordPath path = request.path();
        CommitFuture<IndexEntry> future;
        try (PathLocks.Held held = context.locks().hold(path)) {
            PathState state = context.lookUp(path);
            Optional<Refusal> refusal = guard.refuseClientTime(
                    request, state, state.entry().map(IndexEntry::user).orElse(""));
            if (refusal.isPresent()) {
                return Audit.refuse("set-time", request, refusal.get());
            }
            IndexEntry entry = state.entry().orElseThrow();
            boolean same = entry.times().client().equals(request.clientModified());
            if (same && context.metadata().awaitDurable(List.of(path))) {
                return Result.done(entry.version(path));
            }
            future = indexWriter.clientModified(path, entry, request.clientModified());
        }
        return Result.done(future.await().version(path));
    }
}
