package io.datahub.hooks.incoming;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.log.FailureText;
import io.datahub.api.log.LogText;
import io.datahub.api.state.AdapterState;
import io.datahub.api.state.StateChange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The deliveries to a hook that were published, for a day, so that one that is repeated isn't published again.
 * Remembered once they are published: a hub that is killed in between publishes a repeated delivery twice, with the same
 * event IDs, but never loses one. Thread-safe; methods block on the disk, or the network in a cluster.
 */
final class SeenDeliveries {

    private static final Logger LOG = LoggerFactory.getLogger(SeenDeliveries.class);

    private static final Duration KEPT = Duration.ofDays(1);
    private static final byte[] NO_VALUE = {};
    private static final int MAX_UNSTORED = 10_000;

    /** Ends the key of an unfinished delivery; no ID has this character. */
    private static final String PROGRESS = "#";

    private final AdapterState state;

    /** Deliveries that were published but couldn't be stored, the oldest of which are forgotten; guarded by itself. */
    private final Map<String, Boolean> unstored = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > MAX_UNSTORED;
        }
    };

    private volatile String problem = "";

    SeenDeliveries(AdapterState state) {
        this.state = state;
    }

    boolean contains(String id) throws IOException {
        synchronized (unstored) {
            if (unstored.containsKey(id)) {
                return true;
            }
        }
        return state.get(id).isPresent();
    }

    /** Remembers a delivery that was published, on disk or, if that fails, at least until the hub is restarted. */
    void add(String id) {
        if (!isStored(id, StateChange.put(id, NO_VALUE).ifAbsent())) {
            synchronized (unstored) {
                unstored.put(id, true);
            }
        }
    }

    /** How many events of a delivery were published before one was refused. */
    int progress(String id) throws IOException {
        return state.get(id + PROGRESS)
                .map(entry -> Integer.parseInt(new String(entry.value(), StandardCharsets.US_ASCII)))
                .orElse(0);
    }

    /** Remembers how many events of a delivery were published, so that it is continued when it is sent again. */
    void addProgress(String id, int events) {
        isStored(id, StateChange.put(id + PROGRESS, Integer.toString(events).getBytes(StandardCharsets.US_ASCII)));
    }

    private boolean isStored(String id, StateChange change) {
        String failure;
        try {
            Result<Long> stored = state.update(List.of(change.expiringAfter(KEPT)));
            Optional<Refusal> refusal = stored.refusal().filter(each -> each.reason() != Reason.PRECONDITION_FAILED);
            failure = refusal.map(Refusal::detail).orElse("");
        } catch (IOException e) {
            failure = FailureText.of(e);
        }
        if (!failure.isEmpty()) {
            LOG.warn(
                    "event=hooks.delivery.not-remembered delivery={} reason={}",
                    LogText.quoted(id),
                    LogText.quoted(failure));
        }
        problem = failure;
        return failure.isEmpty();
    }

    /** Why the last delivery couldn't be stored; empty if it was. */
    String problem() {
        return problem;
    }
}
