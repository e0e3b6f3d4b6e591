package io.datahub.store.write;

import io.datahub.api.path.RecordPath;
import io.datahub.records.staging.CandidateFile;
import io.datahub.store.core.PathState;
import io.datahub.store.core.StoreContext;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.util.Optional;

/**
 * The present version of a record that is to be replaced. It is looked up when the first validator asks for it; most
 * don't. Thread-safe.
 */
final class ComparedVersion implements CandidateFile.Previous {

    private final StoreContext context;
    private final RecordPath path;

    /** What was there when a validator asked first; null until then. Guarded by this. */
    private PathState state;

    ComparedVersion(StoreContext context, RecordPath path) {
        this.context = context;
        this.path = path;
    }

    @Override
    public Optional<InputStream> open() throws IOException {
        rememberState();
        return context.tree().lookUp(path).isFile()
                ? Optional.of(Channels.newInputStream(context.tree().open(path)))
                : Optional.empty();
    }

    private synchronized void rememberState() throws IOException {
        if (state == null) {
            state = context.lookUp(path);
        }
    }

    /** What validators have compared the new version with; empty if none has. */
    synchronized Optional<PathState> state() {
        return Optional.ofNullable(state);
    }
}
