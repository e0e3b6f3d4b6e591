package io.datahub.records.draft;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.user.User;
import io.datahub.records.settings.StoreSettings;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Limits the number of concurrent uploads, in total and per user. Thread-safe. */
public final class UploadLimiter {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    private final Supplier<StoreSettings> settings;

    // Guarded by this.
    private final Map<String, Integer> byUser = new HashMap<>();
    private int all;

    public UploadLimiter(Supplier<StoreSettings> settings) {
        this.settings = settings;
    }

    /** Acquires a slot, which the caller closes. */
    public synchronized Result<Slot> acquire(User user) {
        StoreSettings limits = settings.get();
        int current = byUser.getOrDefault(user.name(), 0);
        if (current >= limits.maxUploadsPerUser()) {
            return Result.refused(new Refusal(
                    Reason.TOO_MANY,
                    "you have " + current + " uploads in progress, the maximum; wait for one to end",
                    List.of(),
                    RETRY_AFTER));
        }
        if (all >= limits.maxUploads()) {
            return Result.refused(Refusal.unavailable(
                    "the hub has " + all + " uploads in progress, the maximum; retry", RETRY_AFTER));
        }
        byUser.put(user.name(), current + 1);
        all++;
        return Result.done(new Slot(user.name()));
    }

    private synchronized void release(String user) {
        all--;
        byUser.computeIfPresent(user, (name, count) -> count == 1 ? null : count - 1);
    }

    /** One of the concurrent uploads. */
    public final class Slot implements AutoCloseable {

        private final String user;
        private boolean closed;

        private Slot(String user) {
            this.user = user;
        }

        @Override
        public synchronized void close() {
            if (!closed) {
                closed = true;
                release(user);
            }
        }
    }
}
