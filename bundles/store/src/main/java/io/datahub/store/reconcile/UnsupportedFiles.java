package io.datahub.store.reconcile;

import io.datahub.api.log.LogLimit;
import io.datahub.api.log.LogText;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts files among the records that can't be records: links, special files, invalid names. Each is logged once. */
public final class UnsupportedFiles {

    private static final Logger LOG = LoggerFactory.getLogger(UnsupportedFiles.class);
    private static final int MAX_REMEMBERED = 10_000;

    private final LogLimit limit = new LogLimit(100, Duration.ofMinutes(1));

    /** Guarded by this. */
    private final Map<String, Boolean> seen = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > MAX_REMEMBERED;
        }
    };

    synchronized void add(String path, String reason) {
        if (seen.put(path, true) == null) {
            LogLimit.Decision line = limit.next();
            if (line.mayWrite()) {
                LOG.warn(
                        "event=store.file.ignored path={} reason={} suppressed={}",
                        LogText.quoted(path),
                        LogText.quoted(reason),
                        line.suppressed());
            }
        }
    }

    /** The number of remembered files. */
    public synchronized int count() {
        return seen.size();
    }
}
