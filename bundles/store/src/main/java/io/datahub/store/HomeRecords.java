package io.datahub.store;

import io.datahub.api.disk.DiskRecords;
import io.datahub.api.path.RecordPath;
import io.datahub.store.core.Mismatches;
import io.datahub.store.reconcile.TreeReconciler;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * The records as the files below the home folder that they are.
 *
 * @param files the folder of the records
 * @param servedLinks the folder of the links for a web server
 * @param reconciler compares the files with the index
 * @param mismatches what the store itself finds to be reconciled
 */
record HomeRecords(Path files, Path servedLinks, TreeReconciler reconciler, Mismatches mismatches)
        implements DiskRecords {

    @Override
    public void reconcile(RecordPath path, Duration quiet, Consumer<RecordPath> stillChanging) throws IOException {
        reconciler.reconcile(path, quiet, stillChanging);
    }

    @Override
    public void listen(Consumer<RecordPath> listener) {
        mismatches.listen(listener);
    }
}
