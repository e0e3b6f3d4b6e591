package io.datahub.records.quota;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.StorageSpace;
import io.datahub.api.user.User;
import java.io.IOException;
import java.util.function.Supplier;

/** How much can be stored: what quotas and the medium leave. Thread-safe. */
public final class Room {

    private final Quotas quotas;
    private final Supplier<StorageSpace> medium;

    /** @param medium the room on the medium */
    public Room(Quotas quotas, Supplier<StorageSpace> medium) {
        this.quotas = quotas;
        this.medium = medium;
    }

    /** The room for records of a user below a path. */
    public Result<StorageSpace> space(User user, RecordPath path) throws IOException {
        boolean granted = user.mayRead(path) || user.mayCreate(path) || user.mayEnter(path) || user.mayCreateIn(path);
        if (!granted) {
            return Result.refused(Reason.FORBIDDEN, "you have no grant for " + path);
        }
        return Result.done(quotas.space(path, user.name()).within(medium.get()));
    }
}
