package io.datahub.records.quota;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.StorageSpace;
import io.datahub.api.user.User;
import io.datahub.records.staging.FreeSpaceCheck;
import java.io.IOException;

/** How much can be stored: what quotas and disks leave. Thread-safe. */
public final class Room {

    private final Quotas quotas;
    private final FreeSpaceCheck freeSpace;

    public Room(Quotas quotas, FreeSpaceCheck freeSpace) {
        this.quotas = quotas;
        this.freeSpace = freeSpace;
    }

    /** The room for records of a user below a path. */
    public Result<StorageSpace> space(User user, RecordPath path) throws IOException {
        boolean granted = user.mayRead(path) || user.mayCreate(path) || user.mayEnter(path) || user.mayCreateIn(path);
        if (!granted) {
            return Result.refused(Reason.FORBIDDEN, "you have no grant for " + path);
        }
        return Result.done(quotas.space(path, user.name()).within(freeSpace.space()));
    }
}
