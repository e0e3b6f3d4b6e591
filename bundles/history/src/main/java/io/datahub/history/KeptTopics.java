package io.datahub.history;

import io.datahub.api.Home;
import io.datahub.api.Result;
import io.datahub.api.health.Health;
import io.datahub.api.health.HealthCheck;
import io.datahub.api.history.EventHistory;
import io.datahub.api.log.LogText;
import io.datahub.api.metric.MetricReport;
import io.datahub.api.metric.MetricSource;
import io.datahub.api.record.ChangeJournal;
import io.datahub.api.record.Cursor;
import io.datahub.api.user.User;
import io.datahub.history.log.HistoryLog;
import io.datahub.history.log.LogState;
import io.datahub.history.read.MergedHistory;
import io.datahub.history.rules.DeduplicateRule;
import io.datahub.history.rules.FlushPolicy;
import io.datahub.history.rules.HistoryRules;
import io.datahub.history.rules.KeepRule;
import io.datahub.history.rules.LastRule;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The history of file events and kept topics of a hub that is alone, and the log of the latter.
 */
@Component(
        name = HistoryConfiguration.PID,
        immediate = true,
        service = {EventHistory.class, HealthCheck.class, MetricSource.class},
        property = {"service.ranking:Integer=100", HealthCheck.NAME + "=history", MetricSource.COMPONENT + "=history"})
@Designate(ocd = HistoryConfiguration.class)
public final class KeptTopics implements EventHistory, HealthCheck, MetricSource {

    /** Filter of the home of a hub that keeps the records on its disk. */
    private static final String ALONE = "(|(!(ledger=*))(ledger=))";

    private static final Logger LOG = LoggerFactory.getLogger(KeptTopics.class);

    private final HistoryLog log;
    private final MergedHistory history;
    private final TopicServices services;

    @Activate
    public KeptTopics(
            BundleContext bundle,
            @Reference(target = ALONE) Home home,
            @Reference ChangeJournal journal,
            HistoryConfiguration configuration)
            throws IOException {
        HistoryRules rules = rules(configuration);
        log = new HistoryLog(home.state().resolve("history"), home.state().resolve("snapshot"), journal.head());
        history = new MergedHistory(journal, log);
        try {
            log.configure(rules);
        } catch (IOException | RuntimeException e) {
            log.close();
            throw e;
        }
        services = new TopicServices(bundle, log, log, rules);
        log.follow(journal.head());
    }

    static HistoryRules rules(HistoryConfiguration configuration) {
        return new HistoryRules(
                KeepRule.parse(configuration.keep()),
                LastRule.parse(configuration.last()),
                DeduplicateRule.parse(configuration.deduplicate()),
                FlushPolicy.parse(configuration.flush()),
                configuration.reserveBytes());
    }

    /** Applies a new configuration; one that can't be applied leaves the former in effect. */
    @Modified
    void modified(HistoryConfiguration configuration) throws IOException {
        HistoryRules rules = rules(configuration);
        log.configure(rules);
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
        return history.read(user, since, prefixes, maxEvents, maxBytes);
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
        String failure = log.failure();
        List<LogState> logs = log.readers().states();
        String state = "events=" + logs.stream().mapToLong(LogState::events).sum() + " bytes="
                + logs.stream().mapToLong(LogState::bytes).sum() + " rules="
                + logs.stream().filter(LogState::isActive).count();
        return failure.isEmpty()
                ? Health.ready(state)
                : Health.degraded(state + " failure=" + LogText.quoted(failure)
                        + "; kept topics are refused: free disk space or repair the disk, the hub retries");
    }

    @Override
    public void report(MetricReport report) {
        HistoryMetrics.report(report, log);
    }

    /** Flushes what was kept. */
    @Deactivate
    void stop() {
        services.unregister();
        log.close();
        LOG.info("event=history.stopped");
    }
}
