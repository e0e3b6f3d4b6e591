package io.datahub.store.reconcile;

import io.datahub.api.path.RecordPath;
import io.datahub.records.staging.FreeSpaceCheck;
import io.datahub.store.core.StoreContext;
import io.datahub.store.disk.SpareFile;
import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Retries what couldn't be done while the disk failed or was full. Called about once a second. */
public final class PostponedRetry {

    private static final Logger LOG = LoggerFactory.getLogger(PostponedRetry.class);

    private final StoreContext context;
    private final UnflushedChanges unflushed;
    private final Postponed postponed;
    private final FreeSpaceCheck freeSpace;
    private final SpareFile spare;

    public PostponedRetry(
            StoreContext context,
            UnflushedChanges unflushed,
            Postponed postponed,
            FreeSpaceCheck freeSpace,
            SpareFile spare) {
        this.context = context;
        this.unflushed = unflushed;
        this.postponed = postponed;
        this.freeSpace = freeSpace;
        this.spare = spare;
    }

    /** Retries if the disk works again: postponed paths are reported as mismatches. Creates the spare file again. */
    public void run() throws IOException {
        try {
            unflushed.removeDurable();
        } catch (IOException e) {
            LOG.debug("event=store.change.postponed", e);
        }
        boolean failed = context.metadata().failure().isPresent() || !postponed.isEmpty();
        if (failed && freeSpace.hasMinimum()) {
            context.metadata().submit(transaction -> RecordPath.ROOT).await();
            List<RecordPath> paths = postponed.take();
            LOG.info("event=store.disk.recovered postponed={}", paths.size());
            paths.forEach(context.mismatches()::report);
        }
        if (!spare.exists() && freeSpace.refuse(SpareFile.BYTES).isEmpty()) {
            spare.create();
        }
    }
}
