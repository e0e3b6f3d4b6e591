package io.datahub.history;

import io.datahub.api.Refusal;
import io.datahub.api.event.EventLog;
import io.datahub.api.event.EventRun;
import io.datahub.history.rules.KeepRule;
import io.datahub.history.rules.LastRule;
import java.time.Duration;
import java.util.Dictionary;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Refuses the events of kept topics as long as {@link KeptTopics} isn't there to keep them: while the hub starts, when its
 * files can't be opened, and while the journal is exchanged. It has the lowest ranking and needs nothing but the rules.
 */
@Component(
        configurationPid = HistoryConfiguration.PID,
        immediate = true,
        service = {})
public final class UnavailableLog implements EventLog {

    private static final Logger LOG = LoggerFactory.getLogger(UnavailableLog.class);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private final ServiceRegistration<EventLog> registration;

    @Activate
    public UnavailableLog(BundleContext bundle, HistoryConfiguration configuration) {
        registration = bundle.registerService(EventLog.class, this, properties(configuration));
    }

    private static Dictionary<String, Object> properties(HistoryConfiguration configuration) {
        return FrameworkUtil.asDictionary(
                Map.of(EventLog.TOPICS, topics(configuration), Constants.SERVICE_RANKING, Integer.MIN_VALUE));
    }

    private static String[] topics(HistoryConfiguration configuration) {
        try {
            return TopicServices.prefixes(KeepRule.parse(configuration.keep()), LastRule.parse(configuration.last()));
        } catch (IllegalArgumentException e) {
            LOG.debug("event=history.rules.invalid reason=\"reported by the component that keeps events\"", e);
            return new String[0];
        }
    }

    @Modified
    void modified(HistoryConfiguration configuration) {
        registration.setProperties(properties(configuration));
    }

    @Override
    public void append(EventRun event, Completion completion) {
        completion.refused(Refusal.unavailable(
                "the log of kept topics isn't available; try again, and see the hub's log if it stays so",
                RETRY_AFTER));
    }
}
