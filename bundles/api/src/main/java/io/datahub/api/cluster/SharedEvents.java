package io.datahub.api.cluster;

import io.datahub.api.Result;
import io.datahub.api.event.EventLog;
import io.datahub.api.event.EventRun;
import io.datahub.api.event.LastEvents;
import io.datahub.api.history.EventHistory;
import java.util.Map;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Keeps events of kept topics in the ledger, for all hubs of the cluster. Registered as a service by a hub of a cluster,
 * before its {@link io.datahub.api.record.ChangeJournal}; what has the rules registers the log. Thread-safe.
 */
@ProviderType
public interface SharedEvents {

    /** Decides what is kept. Thread-safe. */
    interface Rules {

        /**
         * Decides about an event. Called on the thread of its publisher; doesn't block.
         *
         * @param event a single event, whose buffer is its own
         * @return what is appended, with its bytes; or why the event can't be kept
         */
        Result<NewLedgerEvent> admit(EventRun event);

        /**
         * How long events are kept, and how many.
         *
         * @return the bounds by the prefix of the rule
         */
        Map<String, LedgerEvents.Bounds> keep();

        /**
         * Of how many topics the newest event is kept.
         *
         * @return the bounds by the prefix of the rule
         */
        Map<String, LedgerEvents.LastBounds> last();
    }

    /**
     * Sets the rules: before, nothing is kept.
     *
     * @param rules applied from now on
     */
    void setRules(Rules rules);

    /**
     * The log. It answers an event once the ledger has replicated it, and this hub has delivered it in the order of the
     * numbers, as it delivers those of other hubs.
     *
     * @return the same object always
     */
    EventLog log();

    /**
     * The newest events of the topics that the rules keep them of, from all hubs.
     *
     * @return the same object always
     */
    LastEvents last();

    /**
     * What each rule has kept, as of some seconds ago. Doesn't block.
     *
     * @return what was kept, by the prefix of the rule; empty until it is known
     */
    Map<String, LedgerEvents.Kept> kept();

    /**
     * File events and kept events of all hubs.
     *
     * @return the same object always
     */
    EventHistory history();
}
