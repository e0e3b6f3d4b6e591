package io.datahub.watcher;

import io.datahub.api.log.LogText;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the operating system notifies of all changes to a tree, and if not, why. Logs each change of that. Updated by
 * one thread; {@link #incompleteReason} is thread-safe.
 */
final class NotificationStatus {

    private static final Logger LOG = LoggerFactory.getLogger(NotificationStatus.class);

    private final Path root;
    private final long pollMillis;
    private final Optional<String> pollingReason;
    private volatile String incompleteReason;

    /**
     * @param pollMillis the interval of full scans while notifications are incomplete
     * @param pollingReason why notifications can't be relied on; empty if they can
     */
    NotificationStatus(Path root, long pollMillis, Optional<String> pollingReason) {
        this.root = root;
        this.pollMillis = pollMillis;
        this.pollingReason = pollingReason;
    }

    /** Whether notifications can't be relied on, however many directories are watched. */
    boolean isPolling() {
        return pollingReason.isPresent();
    }

    /** Why the tree isn't fully watched; empty if it is. */
    Optional<String> incompleteReason() {
        return Optional.ofNullable(incompleteReason);
    }

    /**
     * Updates the status.
     *
     * @param rejection why the operating system refused to watch a directory; empty if it didn't
     * @param unreadable the directories that can't be read, each with the cause
     */
    void update(Optional<String> rejection, Map<String, String> unreadable) {
        String previousReason = incompleteReason;
        incompleteReason = pollingReason
                .or(() -> rejection)
                .map(why -> "everything is compared every " + pollMillis + " ms, since " + why)
                .or(() -> unreadable.values().stream()
                        .findFirst()
                        .map(cause -> unreadable.size() + " directories can't be read, such as " + cause))
                .orElse(null);
        if (incompleteReason == null && previousReason != null) {
            LOG.info("event=watcher.notifications.complete root={}", LogText.quoted(root));
        } else if (incompleteReason != null && !incompleteReason.equals(previousReason)) {
            LOG.warn(
                    "event=watcher.notifications.incomplete root={} reason={} remedy={}",
                    LogText.quoted(root),
                    LogText.quoted(incompleteReason),
                    LogText.quoted(remedy(rejection)));
        }
    }

    private String remedy(Optional<String> rejection) {
        if (isPolling()) {
            return "none is needed: full scans at intervals replace notifications";
        }
        return rejection.isPresent()
                ? "raise fs.inotify.max_user_watches and max_user_instances"
                : "give the hub's user permission to read the directories";
    }
}
