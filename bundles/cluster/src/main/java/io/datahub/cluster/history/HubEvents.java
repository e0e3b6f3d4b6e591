package io.datahub.cluster.history;

import io.datahub.api.cluster.SharedEvents;

/**
 * The kept events of the cluster at this hub.
 *
 * @param log appends events
 * @param history reads them
 */
public record HubEvents(SharedEventLog log, SharedHistory history) implements SharedEvents {

    @Override
    public void setRules(Rules rules) {
        log.setRules(rules);
    }
}
