package io.datahub.store;

import io.datahub.api.Home;
import io.datahub.api.disk.DiskRecords;
import io.datahub.api.disk.Snapshots;
import io.datahub.api.disk.TemporaryNames;
import io.datahub.api.event.EventBroker;
import io.datahub.api.health.HealthCheck;
import io.datahub.api.history.EventHistory;
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
import io.datahub.records.history.FileEventHistory;
import io.datahub.records.service.RecordValidation;
import io.datahub.records.service.Registrations;
import io.datahub.records.settings.StoreConfiguration;
import io.datahub.records.settings.StoreSettings;
import io.datahub.store.archive.StoppedHomes;
import io.datahub.store.core.FailPoints;
import io.datahub.store.metadata.Journal;
import io.datahub.store.metadata.MetadataStore;
import java.io.IOException;
import java.util.Map;
import org.osgi.annotation.bundle.Capability;
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
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life cycle of the store: opens it, registers one object for each service, and applies the configuration. The
 * services are registered once the validators present are known, so that no record gets around them.
 */
@Component(
        service = {},
        configurationPid = StoreConfiguration.PID,
        immediate = true)
@Designate(ocd = StoreConfiguration.class)
@Capability(
        namespace = "osgi.service",
        attribute = "objectClass:List<String>='io.datahub.api.disk.DiskRecords,io.datahub.api.disk.Snapshots,"
                + "io.datahub.api.disk.TemporaryNames,io.datahub.api.health.HealthCheck,io.datahub.api.metric.MetricSource,"
                + "io.datahub.api.history.EventHistory,io.datahub.api.record.ChangeJournal,io.datahub.api.record.RecordStore,"
                + "io.datahub.api.record.LastingDrafts,io.datahub.api.state.AdapterStates'",
        uses = {DiskRecords.class, HealthCheck.class, MetricSource.class, RecordStore.class})
public final class StoreService {

    private static final Logger LOG = LoggerFactory.getLogger(StoreService.class);

    private final RecordValidation validation;
    private final ChangeDispatcher dispatcher;
    private final MetadataStore metadata;
    private final Journal journal;
    private final FileEventHistory history;
    private final Store store;
    private final StoreMetrics metrics;
    private final Housekeeping housekeeping;
    private final Registrations registrations;

    /** Replaced as a whole when the configuration changes. */
    private volatile StoreSettings settings;

    @Activate
    public StoreService(
            BundleContext context,
            StoreConfiguration configuration,
            @Reference(target = HomeService.ALONE) Home home,
            @Reference EventBroker broker,
            @Reference ConfigurationAdmin admin)
            throws IOException {
        StoppedHomes.requireFinished(home.root());
        settings = StoreSettings.of(configuration);
        registrations = new Registrations(context);
        validation = RecordValidation.of(context, admin, settings);
        dispatcher = new ChangeDispatcher(broker);
        metadata = new MetadataStore(home.state().resolve("store.mv"), () -> settings, dispatcher);
        journal = new Journal(metadata, () -> settings.urls());
        store = open(home);
        ChangeCounts changes = new ChangeCounts();
        metrics = new StoreMetrics(metadata, store, validation.service(), changes);
        dispatcher.add(changes);
        history = new FileEventHistory(journal);
        dispatcher.add(history);
        housekeeping = new Housekeeping(store);
        LOG.info(
                "event=store.service.started home={} {} cursor={}",
                LogText.quoted(home.root()),
                settings,
                journal.head());
    }

    private Store open(Home home) throws IOException {
        try {
            return new Store(
                    home, metadata, validation.registry(), validation.service(), () -> settings, FailPoints.NONE);
        } catch (IOException | RuntimeException e) {
            metadata.close();
            validation.close();
            throw e;
        }
    }

    @Activate
    void registerServices() {
        Map<String, ?> health = Map.of(HealthCheck.NAME, "store");
        Map<String, ?> source = Map.of(MetricSource.COMPONENT, "store");
        registrations.add(SynchronousConfigurationListener.class, validation.required(), Map.of());
        registrations.add(HealthCheck.class, store.health(), health);
        registrations.add(MetricSource.class, metrics, source);
        registrations.add(TemporaryNames.class, store.temporaryNames(), Map.of());
        registrations.add(DiskRecords.class, store.diskRecords(), Map.of());
        registrations.add(Snapshots.class, store.snapshots(), Map.of());
        registrations.add(ChangeJournal.class, journal, Map.of());
        registrations.add(EventHistory.class, history, Map.of());
        registrations.add(RecordStore.class, store.records(), Map.of());
        registrations.add(LastingDrafts.class, store.lastingDrafts(), Map.of());
        Map<String, ?> adapterHealth = Map.of(HealthCheck.NAME, "adapter-state");
        Map<String, ?> adapterMetrics = Map.of(MetricSource.COMPONENT, "adapter-state");
        registrations.add(AdapterStates.class, store.adapterStates(), Map.of());
        registrations.add(HealthCheck.class, store.adapterStates(), adapterHealth);
        registrations.add(MetricSource.class, store.adapterStates(), adapterMetrics);
    }

    @Modified
    void modified(StoreConfiguration configuration) {
        StoreSettings changed = StoreSettings.of(configuration);
        validation.configure(changed);
        settings = changed;
        LOG.info("event=store.configuration.applied {}", settings);
    }

    @Deactivate
    void deactivate() {
        registrations.close();
        housekeeping.close();
        close(store);
        validation.close();
        metadata.close();
        LOG.info("event=store.service.stopped {} cursor={}", settings, journal.head());
    }

    private static void close(Store store) {
        try {
            store.close();
        } catch (IOException e) {
            LOG.warn("event=store.directories.close-failed reason={}", LogText.quoted(e));
        }
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
}
