package io.datahub.history;

import io.datahub.api.Home;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.cluster.LedgerEvents.Kept;
import io.datahub.api.cluster.SharedEvents;
import io.datahub.api.event.EventLog;
import io.datahub.api.event.EventRun;
import io.datahub.api.health.Health;
import io.datahub.api.health.HealthCheck;
import io.datahub.api.history.EventHistory;
import io.datahub.api.log.LogText;
import io.datahub.api.metric.MetricReport;
import io.datahub.api.metric.MetricSource;
import io.datahub.api.record.Cursor;
import io.datahub.api.user.User;
import io.datahub.history.log.HistoryCounters;
import io.datahub.history.rules.HistoryRules;
import io.datahub.history.rules.SharedRules;
import io.datahub.history.segment.TopicLogs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The kept topics of a hub of a cluster: the rules, applied to the log that all hubs share. While that isn't there, this
 * isn't either, and {@link UnavailableLog} refuses the events.
 */
@Component(
        configurationPid = HistoryConfiguration.PID,
        immediate = true,
        service = {EventHistory.class, HealthCheck.class, MetricSource.class},
        property = {"service.ranking:Integer=100", HealthCheck.NAME + "=history", MetricSource.COMPONENT + "=history"})
public final class SharedTopics implements EventHistory, HealthCheck, MetricSource {

    private static final Logger LOG = LoggerFactory.getLogger(SharedTopics.class);

    /** Filter of the home of a hub whose records are in the cluster. */
    private static final String CLUSTERED = "(&(ledger=*)(!(ledger=)))";

    private final SharedEvents shared;
    private final EventHistory history;
    private final HistoryCounters counters = new HistoryCounters();
    private final TopicServices services;

    @Activate
    public SharedTopics(
            BundleContext bundle,
            @Reference(target = CLUSTERED) Home home,
            @Reference SharedEvents shared,
            HistoryConfiguration configuration) {
        this.shared = shared;
        history = shared.history();
        HistoryRules rules = KeptTopics.rules(configuration);
        shared.setRules(new SharedRules(rules));
        services = new TopicServices(bundle, new CountedLog(shared.log(), counters), shared.last(), rules);
        reportLocal(home.state().resolve("history"));
    }

    private static void reportLocal(Path folder) {
        try {
            if (TopicLogs.hasEvents(folder.resolve("topics"))) {
                LOG.warn(
                        "event=history.local.ignored path={} reason=\"this hub has kept events in files of its own, which"
                                + " the cluster can't number among its events\" remedy=\"none is needed; delete the folder"
                                + " if you don't want the hub to be alone with them again\"",
                        LogText.quoted(folder));
            }
        } catch (IOException e) {
            LOG.debug("event=history.local.unknown", e);
        }
    }

    /** Applies a new configuration; one that can't be applied leaves the former in effect. */
    @Modified
    void modified(HistoryConfiguration configuration) {
        HistoryRules rules = KeptTopics.rules(configuration);
        shared.setRules(new SharedRules(rules));
        services.setRules(rules);
    }

    @Override
    public Cursor head() {
        return history.head();
    }

    @Override
    public Cursor oldest(Cursor since, Collection<String> prefixes) {
        return history.oldest(since, prefixes);
    }

    @Override
    public Result<Page> read(User user, Cursor since, Collection<String> prefixes, int maxEvents, int maxBytes) {
        Result<Page> page = history.read(user, since, prefixes, maxEvents, maxBytes);
        if (!page.isRefused()) {
            counters.read(page.get().events().size());
        }
        return page;
    }

    @Override
    public Page newest(User user, Collection<String> prefixes, int maxEvents, int maxBytes) {
        return history.newest(user, prefixes, maxEvents, maxBytes);
    }

    @Override
    public Runnable whenAfter(Cursor since, Runnable action) {
        return history.whenAfter(since, action);
    }

    @Override
    public Health check() {
        Collection<Kept> kept = shared.kept().values();
        return Health.ready("events=" + kept.stream().mapToLong(Kept::events).sum() + " bytes="
                + kept.stream().mapToLong(Kept::bytes).sum() + " rules=" + kept.size() + " shared=true");
    }

    @Override
    public void report(MetricReport report) {
        HistoryMetrics.report(report, counters);
        for (Map.Entry<String, Kept> rule : shared.kept().entrySet()) {
            HistoryMetrics.report(
                    report,
                    rule.getKey(),
                    rule.getValue().events(),
                    rule.getValue().bytes());
        }
    }

    /** Leaves the log to {@link UnavailableLog}. */
    @Deactivate
    void stop() {
        services.unregister();
        LOG.info("event=history.stopped");
    }

    /** Counts what is appended to a log. */
    private record CountedLog(EventLog log, HistoryCounters counters) implements EventLog {

        @Override
        public void append(EventRun event, Completion completion) {
            log.append(event, new CountedCompletion(event.length(), completion, counters));
        }

        @Override
        public void announce(Cursor cursor, Runnable delivery) {
            log.announce(cursor, delivery);
        }

        @Override
        public boolean isShared() {
            return log.isShared();
        }
    }

    private record CountedCompletion(int length, EventLog.Completion completion, HistoryCounters counters)
            implements EventLog.Completion {

        @Override
        public void appended(Cursor cursor) {
            counters.append(length);
            completion.appended(cursor);
        }

        @Override
        public void appended() {
            counters.append(length);
            completion.appended();
        }

        @Override
        public void repeated() {
            counters.repeat();
            completion.repeated();
        }

        @Override
        public void refused(Refusal refusal) {
            counters.refuse();
            completion.refused(refusal);
        }
    }
}
