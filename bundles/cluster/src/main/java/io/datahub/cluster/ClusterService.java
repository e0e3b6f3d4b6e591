package io.datahub.cluster;

import io.datahub.api.Home;
import io.datahub.api.cluster.Blobs;
import io.datahub.api.cluster.ClusterView;
import io.datahub.api.cluster.JournalSignal;
import io.datahub.api.cluster.JournalSignalListener;
import io.datahub.api.cluster.SharedEvents;
import io.datahub.api.cluster.SharedLedger;
import io.datahub.api.disk.TemporaryNames;
import io.datahub.api.event.EventBroker;
import io.datahub.api.health.HealthCheck;
import io.datahub.api.health.HealthChecks;
import io.datahub.api.history.EventHistory;
import io.datahub.api.log.LogLimit;
import io.datahub.api.log.LogText;
import io.datahub.api.metric.MetricSource;
import io.datahub.api.record.ChangeJournal;
import io.datahub.api.record.ChangeListener;
import io.datahub.api.record.LastingDrafts;
import io.datahub.api.record.RecordStore;
import io.datahub.api.state.AdapterStates;
import io.datahub.api.validation.Validator;
import io.datahub.records.change.ChangeCounts;
import io.datahub.records.change.ChangeDispatcher;
import io.datahub.records.service.RecordValidation;
import io.datahub.records.service.Registrations;
import io.datahub.records.settings.StoreConfiguration;
import io.datahub.records.settings.StoreSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.cm.SynchronousConfigurationListener;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life cycle of this hub's end of the cluster: connects to the ledger, on a thread of its own and as often as it
 * takes, then registers one object for each service.
 */
@Component(
        service = {},
        configurationPid = StoreConfiguration.PID,
        immediate = true)
public final class ClusterService {

    private static final Logger LOG = LoggerFactory.getLogger(ClusterService.class);

    /** Filter of the home of a hub whose records are in the cluster. */
    static final String CLUSTERED = "(&(ledger=*)(!(ledger=)))";

    /** Filter of the health checks of what a cluster consists of. */
    private static final String ENGINES =
            "(|(" + HealthCheck.NAME + "=ledger)(" + HealthCheck.NAME + "=blobs)(" + HealthCheck.NAME + "=relay))";

    private static final long RETRY_SECONDS = 1;

    private final HubIdentity hub;
    private final Home home;
    private final SharedLedger ledger;
    private final Blobs blobs;
    private final RecordValidation validation;
    private final ChangeDispatcher dispatcher;
    private final ChangeCounts changes = new ChangeCounts();
    private final ClusterHealth health;
    private final HealthChecks engines = new HealthChecks();
    private final HubView view;
    private final EventBroker broker;
    private final Registrations registrations;
    private final LogLimit failureLog = new LogLimit(5, Duration.ofMinutes(1));
    private final Thread connector = new Thread(this::connect, "datahub-cluster-connect");

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile JournalSignal signal;

    /** Replaced as a whole when the configuration changes. */
    private volatile StoreSettings settings;

    // Guarded by this.
    private boolean stopped;
    private Cluster cluster;
    private DeliveryGuard guard;

    @Activate
    public ClusterService(
            BundleContext context,
            StoreConfiguration store,
            @Reference HubService hubService,
            @Reference(target = CLUSTERED) Home home,
            @Reference EventBroker broker,
            @Reference ConfigurationAdmin admin,
            @Reference SharedLedger ledger,
            @Reference Blobs blobs)
            throws IOException {
        this.home = home;
        this.ledger = ledger;
        this.blobs = blobs;
        hub = hubService.identity();
        settings = StoreSettings.of(store);
        registrations = new Registrations(context);
        validation = RecordValidation.of(context, admin, settings);
        dispatcher = new ChangeDispatcher(broker);
        dispatcher.add(changes);
        this.broker = broker;
        health = new ClusterHealth(hub);
        view = new HubView(hub, ledger.id(), engines);
    }

    @Activate
    void start() {
        registrations.add(ClusterView.class, view, Map.of());
        registrations.add(HealthCheck.class, health, Map.of(HealthCheck.NAME, "cluster"));
        registrations.add(HealthCheck.class, () -> health.check(), Map.of(HealthCheck.NAME, "store")); // it is one
        registrations.add(SynchronousConfigurationListener.class, validation.required(), Map.of());
        LOG.info(
                "event=cluster.service.started hub={} cluster={} maxStaleMillis={} {}",
                LogText.quoted(hub.name()),
                ledger.id(),
                hub.maxStale().toMillis(),
                settings);
        if (Files.exists(home.root().resolve("files").resolve("broker_users.xml"))) {
            LOG.warn(
                    "event=cluster.files.ignored path={} reason=\"the records are in the cluster; files/ is neither served"
                            + " nor watched\" remedy=\"import them once with datahub cluster-import; put files into"
                            + " incoming/\"",
                    LogText.quoted(home.root().resolve("files")));
        }
        connector.start();
    }

    private void connect() {
        Cluster connected = null;
        while (connected == null) {
            try {
                connected = new Cluster(
                        hub,
                        home,
                        ledger,
                        blobs,
                        validation.service(),
                        () -> settings,
                        dispatcher,
                        broker.openInjector()::inject,
                        this::advanced);
            } catch (IOException e) {
                failed(e);
            } catch (RuntimeException e) {
                failed(new IOException("this hub can't join the cluster: " + e, e));
            }
            if (connected == null && !pause()) {
                return;
            }
        }
        synchronized (this) {
            if (stopped) {
                connected.close();
            } else {
                cluster = connected;
                register(connected);
            }
        }
    }

    /** Waits until the next attempt; false if this is stopped. */
    private static boolean pause() {
        try {
            TimeUnit.SECONDS.sleep(RETRY_SECONDS);
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    private void failed(IOException e) {
        health.failed(e);
        LogLimit.Decision line = failureLog.next();
        if (line.mayWrite()) {
            LOG.warn("event=cluster.connect.failed reason={} suppressed={}", LogText.quoted(e), line.suppressed());
            LOG.debug("event=cluster.connect.failed", e);
        }
    }

    private void register(Cluster connected) {
        health.connected(connected);
        view.connected(connected);
        guard = new DeliveryGuard(connected.freshness(), broker, hub.maxPause());
        registrations.add(
                MetricSource.class,
                new ClusterMetrics(connected, validation.service(), changes),
                Map.of(MetricSource.COMPONENT, "cluster"));
        registrations.add(
                TemporaryNames.class, path -> settings.temporaryNames().contain(path), Map.of());
        registrations.add(JournalSignalListener.class, connected::poke, Map.of());
        registrations.add(SharedEvents.class, connected.events(), Map.of());
        registrations.add(ChangeJournal.class, connected.journal(), Map.of());
        registrations.add(EventHistory.class, connected.fileEvents(), Map.of());
        registrations.add(AdapterStates.class, ledger.states(), Map.of());
        registrations.add(RecordStore.class, connected.records(), Map.of());
        registrations.add(LastingDrafts.class, connected.lastingDrafts(), Map.of());
        LOG.info(
                "event=cluster.service.connected hub={} cursor={}",
                LogText.quoted(hub.name()),
                connected.journal().head());
    }

    private void advanced(long number) {
        JournalSignal others = signal;
        if (others != null) {
            others.advanced(number);
        }
    }

    @Modified
    void modified(StoreConfiguration configuration) {
        StoreSettings changed = StoreSettings.of(configuration);
        validation.configure(changed);
        settings = changed;
        LOG.info("event=cluster.configuration.applied {}", settings);
    }

    @Deactivate
    void deactivate() {
        connector.interrupt();
        Cluster connected;
        synchronized (this) {
            stopped = true;
            connected = cluster;
            registrations.close();
        }
        if (connected != null) {
            guard.close();
            connected.close();
        }
        validation.close();
        LOG.info("event=cluster.service.stopped hub={}", LogText.quoted(hub.name()));
    }

    @Reference(
            service = Validator.class,
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY,
            updated = "updateValidator",
            unbind = "removeValidator")
    void addValidator(ServiceReference<Validator> validator) {
        validation.tracker().add(validator);
    }

    void updateValidator(ServiceReference<Validator> validator) {
        validation.tracker().update(validator);
    }

    void removeValidator(ServiceReference<Validator> validator) {
        validation.tracker().remove(validator);
    }

    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY,
            unbind = "removeListener")
    void addListener(ChangeListener listener) {
        dispatcher.add(listener);
    }

    void removeListener(ChangeListener listener) {
        dispatcher.remove(listener);
    }

    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY,
            target = ENGINES,
            unbind = "removeEngine")
    void addEngine(HealthCheck check, Map<String, ?> properties) {
        engines.add(check, properties);
    }

    void removeEngine(HealthCheck check) {
        engines.remove(check);
    }
}
