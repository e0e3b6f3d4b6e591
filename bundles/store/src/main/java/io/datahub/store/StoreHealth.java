package io.datahub.store;

import io.datahub.api.health.Health;
import io.datahub.api.health.HealthCheck;
import io.datahub.api.log.FailureText;
import io.datahub.records.staging.FreeSpaceCheck;
import io.datahub.store.core.StoreContext;
import io.datahub.store.reconcile.UnreadablePaths;
import io.datahub.store.reconcile.UnsupportedFiles;
import java.io.IOException;
import java.util.Optional;

/** Checks whether records can be read and written now. Thread-safe. */
final class StoreHealth implements HealthCheck {

    private final StoreContext context;
    private final FreeSpaceCheck freeSpace;
    private final UnsupportedFiles unsupported;
    private final UnreadablePaths unreadable;

    StoreHealth(
            StoreContext context, FreeSpaceCheck freeSpace, UnsupportedFiles unsupported, UnreadablePaths unreadable) {
        this.context = context;
        this.freeSpace = freeSpace;
        this.unsupported = unsupported;
        this.unreadable = unreadable;
    }

    @Override
    public Health check() {
        Optional<Throwable> failure = context.metadata().failure();
        if (failure.isPresent()) {
            return Health.down("the database can't be written: " + FailureText.of(failure.get()));
        }
        try {
            context.tree().requireRoot();
            if (freeSpace.refuse(0).isPresent()) {
                return Health.down("the disk is full up to the reserve; records can be read but not written");
            }
            return Health.ready("records=" + context.metadata().size() + " cursor="
                    + context.metadata().head().cursor() + " notRecords=" + unsupported.count()
                    + unreadable
                            .example()
                            .map(cause -> " unreadable=" + unreadable.count() + " (such as " + cause + ")")
                            .orElse(""));
        } catch (IOException e) {
            return Health.down(FailureText.of(e));
        }
    }
}
