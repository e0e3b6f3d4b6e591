package io.datahub.store.reconcile;

import io.datahub.api.log.FailureText;
import io.datahub.api.log.LogText;
import io.datahub.api.path.RecordPath;
import io.datahub.records.staging.IoErrors;
import java.io.IOException;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files and directories that the hub couldn't read in the last comparison, so that changes in them are not reported.
 * Each is logged when it is found and when it can be read again. Thread-safe.
 */
public final class UnreadablePaths {

    private static final Logger LOG = LoggerFactory.getLogger(UnreadablePaths.class);
    private static final int MAX_REMEMBERED = 10_000;

    /** Guarded by this. */
    private final Map<String, String> paths = new TreeMap<>();

    synchronized void add(RecordPath path, IOException cause) {
        if (paths.size() < MAX_REMEMBERED && paths.put(path.toString(), FailureText.of(cause)) == null) {
            LOG.warn(
                    "event=store.path.unreadable path={} reason={} consequence=\"changes there are not "
                            + "announced\" remedy={}",
                    LogText.quoted(path),
                    LogText.quoted(cause),
                    LogText.quoted(
                            IoErrors.isOutOfDescriptors(cause)
                                    ? "raise the limit of open files (ulimit -n, LimitNOFILE)"
                                    : "let the hub's user read it"));
        }
    }

    synchronized void remove(RecordPath path) {
        if (!paths.isEmpty() && paths.remove(path.toString()) != null) {
            LOG.info("event=store.path.readable-again path={}", LogText.quoted(path));
        }
    }

    /** Removes the children of a directory that no longer exist. */
    synchronized void retain(RecordPath directory, Collection<String> names) {
        String prefix = directory.toString().isEmpty() ? "" : directory + "/";
        paths.keySet()
                .removeIf(path -> path.startsWith(prefix)
                        && path.indexOf('/', prefix.length()) < 0
                        && !names.contains(path.substring(prefix.length())));
    }

    /** The number of remembered paths. */
    public synchronized int count() {
        return paths.size();
    }

    /** The cause for one of the paths, for the operator. */
    public synchronized Optional<String> example() {
        return paths.entrySet().stream().findFirst().map(Map.Entry::getValue);
    }
}
