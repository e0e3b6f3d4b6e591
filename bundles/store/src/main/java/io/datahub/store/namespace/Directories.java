package io.datahub.store.namespace;

import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.WriteRequest;
import io.datahub.records.change.Audit;
import io.datahub.records.guard.WriteGuard;
import io.datahub.records.staging.FreeSpaceCheck;
import io.datahub.store.core.PathLocks;
import io.datahub.store.core.PathState;
import io.datahub.store.core.StoreContext;
import java.io.IOException;
import java.util.Optional;

/** Creates directories. Thread-safe. */
public final class Directories {

    /** What an empty directory takes on common file systems, in bytes. */
    private static final long DIRECTORY_BYTES = 4_096;

    private final StoreContext context;
    private final WriteGuard guard;
    private final FreeSpaceCheck freeSpace;

    public Directories(StoreContext context, WriteGuard guard, FreeSpaceCheck freeSpace) {
        this.context = context;
        this.guard = guard;
        this.freeSpace = freeSpace;
    }

    /** Creates a directory and its missing parents; returns whether it is new. It is kept when it becomes empty. */
    @SuppressWarnings("try")
    public Result<Boolean> create(WriteRequest request) throws IOException {
        RecordPath path = request.path();
        try (PathLocks.Held held = context.locks().hold(path)) {
            PathState state = context.lookUp(path);
            Optional<Refusal> refusal = guard.refuseDirectory(request, state);
            if (refusal.isEmpty() && !state.onDisk().isDirectory()) {
                refusal = freeSpace.refuse(
                        DIRECTORY_BYTES * (1 + context.parents().missing(path).size()));
            }
            if (refusal.isPresent()) {
                return Audit.refuse("mkdir", request, refusal.get());
            }
            if (!path.isRoot()) {
                context.parents().createDirectory(path);
                context.metadata()
                        .submit(transaction -> transaction.putMadeDirectory(path))
                        .await();
            }
            return Result.done(!state.onDisk().isDirectory());
        }
    }
}
