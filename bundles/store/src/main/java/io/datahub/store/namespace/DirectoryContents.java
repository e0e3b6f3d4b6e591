package io.datahub.store.namespace;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.MoveRequest;
import io.datahub.store.core.PathState;
import io.datahub.store.core.StoreContext;
import io.datahub.store.metadata.MetadataStore;
import io.datahub.store.metadata.PathKeys;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Lists the records of a directory that is to be moved, as far as there aren't too many. */
final class DirectoryContents {

    private final StoreContext context;

    DirectoryContents(StoreContext context) {
        this.context = context;
    }

    /** The records below the old path, with their new paths. */
    Result<List<MoveCandidate>> list(MoveRequest request) throws IOException {
        RecordPath source = request.source();
        int max = context.settings().get().maxMovedRecords();
        List<MetadataStore.Indexed> indexed =
                context.metadata().range(PathKeys.begin(source), PathKeys.end(source), max + 1);
        if (indexed.size() > max) {
            return Result.refused(
                    Reason.CONFLICT,
                    source + " has more than " + max + " records, the maximum for one move (maxMovedRecords); move its"
                            + " subdirectories one by one");
        }
        List<MoveCandidate> candidates = new ArrayList<>();
        for (MetadataStore.Indexed each : indexed) {
            RecordPath path = PathKeys.path(each.key());
            Result<RecordPath> target = target(request, path);
            if (target.isRefused()) {
                return Result.refused(target.refusal().orElseThrow());
            }
            PathState state = context.lookUp(path);
            if (!state.isConsistent() || state.entry().isEmpty()) {
                return Result.refused(
                        Reason.CONFLICT, path + " is being changed on disk; retry when it has stopped changing");
            }
            candidates.add(new MoveCandidate(path, target.get(), state, PathState.NOTHING));
        }
        for (RecordPath directory : context.metadata().madeDirectories(source)) {
            Result<RecordPath> target = target(request, directory);
            if (target.isRefused() && context.tree().lookUp(directory).isDirectory()) {
                return Result.refused(target.refusal().orElseThrow());
            }
        }
        return Result.done(candidates);
    }

    private Result<RecordPath> target(MoveRequest request, RecordPath path) {
        return PathKeys.moved(path, request.source(), request.target())
                .then(target -> context.tree().fits(target)
                        ? Result.done(target)
                        : Result.refused(
                                Reason.BAD_REQUEST,
                                "the new path of " + path + " is too long for the hub's file system"));
    }
}
