package io.datahub.watcher;

import java.util.Optional;

/**
 * Looking for changes in a directory tree at intervals, where notifications aren't sufficient.
 *
 * @param mode {@code auto}, {@code always} or {@code never}
 * @param millis the interval in milliseconds
 */
record Polling(String mode, long millis) {

    private static final long MIN_MILLIS = 100;

    static Polling of(WatcherConfiguration configuration) {
        return new Polling(configuration.poll(), Math.max(MIN_MILLIS, configuration.pollMillis()));
    }

    Polling {
        if (!mode.equals("auto") && !mode.equals("always") && !mode.equals("never")) {
            throw new IllegalArgumentException(
                    "poll=" + mode + " in io.datahub.watcher.cfg must be auto, always or never");
        }
    }

    /** Why notifications aren't sufficient for a tree; empty if they are. */
    Optional<String> reason(WatchRoot root) {
        return switch (mode) {
            case "always" -> Optional.of("the configuration has poll=always");
            case "never" -> Optional.empty();
            default ->
                root.remoteType()
                        .map(type -> "a file system of type " + type + " doesn't notify of changes by other machines");
        };
    }
}
