package io.datahub.store.record;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.user.User;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Bounds how many uploads are coming in at once, in all and of each user. For any thread. */
final class UploadLimiter {

    private static final Duration SOON = Duration.ofSeconds(2);

    private final Supplier<Settings> settings;

    // Guarded by this.
    private final Map<String, Integer> byUser = new HashMap<>();
    private int all;

    UploadLimiter(Supplier<Settings> settings) {
        this.settings = settings;
    }

    /** Takes one, until it is closed. */
    synchronized Result<Slot> take(User user) {
        Limits limits = settings.get().limits();
        int own = byUser.getOrDefault(user.name(), 0);
        if (own >= limits.maxUploadsPerUser()) {
            return Result.refused(new Refusal(
                    Reason.TOO_MANY,
                    "you have " + own + " uploads on their way; wait for one to end",
                    List.of(),
                    SOON));
        }
        if (all >= limits.maxUploads()) {
            return Result.refused(
                    Refusal.unavailable("the hub takes " + all + " uploads at once and no more; try again", SOON));
        }
        byUser.put(user.name(), own + 1);
        all++;
        return Result.done(new Slot(user.name()));
    }

    private synchronized void giveBack(String user) {
        all--;
        byUser.computeIfPresent(user, (name, count) -> count == 1 ? null : count - 1);
    }

    /** A place among the uploads. */
    final class Slot implements AutoCloseable {

        private final String user;
        private boolean closed;

        private Slot(String user) {
            this.user = user;
        }

        @Override
        public synchronized void close() {
            if (!closed) {
                closed = true;
                giveBack(user);
            }
        }
    }
}
