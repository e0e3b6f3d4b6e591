package io.datahub.history;

import io.datahub.api.event.EventLog;
import io.datahub.api.event.LastEvents;
import io.datahub.api.log.LogText;
import io.datahub.history.rules.HistoryRules;
import io.datahub.history.rules.KeepRule;
import io.datahub.history.rules.LastRule;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log of kept topics and their newest events as services. They aren't those of a component, since their topics change with
 * the configuration.
 */
final class TopicServices {

    private static final Logger LOG = LoggerFactory.getLogger(TopicServices.class);

    private final ServiceRegistration<EventLog> log;
    private final ServiceRegistration<LastEvents> last;

    /** Registers them. */
    TopicServices(BundleContext bundle, EventLog log, LastEvents last, HistoryRules rules) {
        this.log = bundle.registerService(
                EventLog.class, log, FrameworkUtil.asDictionary(properties(rules.keep(), rules.last())));
        this.last = bundle.registerService(
                LastEvents.class, last, FrameworkUtil.asDictionary(properties(List.of(), rules.last())));
        LOG.info(
                "event=history.started keep={} last={} deduplicate={} flush={}",
                LogText.quoted(rules.keep()),
                LogText.quoted(rules.last()),
                LogText.quoted(rules.deduplicate()),
                rules.flush());
    }

    /** The topics of rules, as in the properties of services. */
    static String[] prefixes(List<KeepRule> rules, List<LastRule> last) {
        return Stream.concat(rules.stream().map(KeepRule::prefix), last.stream().map(LastRule::prefix))
                .map(prefix -> prefix + "*")
                .toArray(String[]::new);
    }

    private static Map<String, Object> properties(List<KeepRule> rules, List<LastRule> last) {
        return Map.of(EventLog.TOPICS, prefixes(rules, last));
    }

    /** Changes their topics. */
    void setRules(HistoryRules rules) {
        log.setProperties(FrameworkUtil.asDictionary(properties(rules.keep(), rules.last())));
        last.setProperties(FrameworkUtil.asDictionary(properties(List.of(), rules.last())));
        LOG.info(
                "event=history.configured keep={} last={} deduplicate={} flush={}",
                LogText.quoted(rules.keep()),
                LogText.quoted(rules.last()),
                LogText.quoted(rules.deduplicate()),
                rules.flush());
    }

    /** Leaves the topics to {@link UnavailableLog}. */
    void unregister() {
        try {
            log.unregister();
            last.unregister();
        } catch (IllegalStateException e) {
            LOG.debug("event=history.unregistered reason=\"the bundle stops\"", e);
        }
    }
}
