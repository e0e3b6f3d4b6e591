package io.datahub.store.record;

import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts what lies among the records and can be none: links, special files, ill-formed names. Each is logged once. */
final class Strangers {

    private static final Logger LOG = LoggerFactory.getLogger("io.datahub.store");
    private static final int MAX_REMEMBERED = 10_000;

    /** Guarded by this. */
    private final Map<String, Boolean> seen = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > MAX_REMEMBERED;
        }
    };

    synchronized void note(String path, String why) {
        if (seen.put(path, true) == null) {
            LOG.warn("event=no-record path=\"{}\" why=\"{}\"", path.replaceAll("[\\p{Cntrl}\"]", "?"), why);
        }
    }

    synchronized int count() {
        return seen.size();
    }
}
