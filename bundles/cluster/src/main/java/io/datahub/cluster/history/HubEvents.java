package io.datahub.cluster.history;

import io.datahub.api.cluster.LedgerEvents;
import io.datahub.api.cluster.SharedEvents;
import java.util.Map;

/**
 * The kept events of the cluster at this hub.
 *
 * @param log appends events
 * @param last has the newest ones
 * @param history reads them
 * @param counts what was kept
 */
public record HubEvents(SharedEventLog log, SharedLastEvents last, SharedHistory history, KeptCounts counts)
        implements SharedEvents {

    @Override
    public void setRules(Rules rules) {
        log.setRules(rules);
    }

    @Override
    public Map<String, LedgerEvents.Kept> kept() {
        return counts.latest();
    }
}
