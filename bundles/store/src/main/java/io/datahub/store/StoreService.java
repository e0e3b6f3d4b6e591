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
import io.datahub.records.change.ChangeDispatcher;
import io.datahub.records.history.FileEventHistory;
import io.datahub.records.settings.StoreConfiguration;
import io.datahub.records.settings.StoreSettings;
import io.datahub.records.validation.RequiredValidators;
import io.datahub.records.validation.ValidationService;
import io.datahub.records.validation.ValidatorRegistry;
import io.datahub.records.validation.ValidatorTracker;
import io.datahub.store.core.FailPoints;
import io.datahub.store.metadata.Journal;
import io.datahub.store.metadata.MetadataStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
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

    private final ValidatorRegistry validators = new ValidatorRegistry();
    private final ValidatorTracker validatorTracker;
    private final RequiredValidators requiredValidators;
    private final ValidationService validation;
    private final ChangeDispatcher dispatcher;
    private final MetadataStore metadata;
    private final Journal journal;
    private final FileEventHistory history;
    private final Store store;
    private final StoreMetrics metrics;
    private final Housekeeping housekeeping;
    private final List<ServiceRegistration<?>> registrations = new ArrayList<>();

    /** Replaced as a whole when the configuration changes. */
    private volatile StoreSettings settings;

    @Activate
    public StoreService(
            BundleContext context,
            StoreConfiguration configuration,
            @Reference Home home,
            @Reference EventBroker broker,
            @Reference ConfigurationAdmin admin)
            throws IOException {
        settings = StoreSettings.of(configuration);
        validatorTracker = new ValidatorTracker(context, validators);
        requiredValidators = new RequiredValidators(admin, validators);
        dispatcher = new ChangeDispatcher(broker);
        validation = new ValidationService(validators, settings.maxValidations());
        configureValidation(settings);
        metadata = new MetadataStore(home.state().resolve("store.mv"), () -> settings, dispatcher);
        journal = new Journal(metadata, () -> settings.urls());
        store = open(home);
        metrics = new StoreMetrics(metadata, store, validation);
        dispatcher.add(metrics);
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
            return new Store(home, metadata, validators, validation, () -> settings, FailPoints.NONE);
        } catch (IOException | RuntimeException e) {
            metadata.close();
            validation.close();
            throw e;
        }
    }

    private void configureValidation(StoreSettings current) {
        validation.setTimeLimit(current.validationTime());
        validators.setTrial(current.trial());
        validators.require(StoreConfiguration.PID, current.required());
    }

    @Activate
    void registerServices(BundleContext context) {
        Map<String, ?> health = Map.of(HealthCheck.NAME, "store");
        Map<String, ?> source = Map.of(MetricSource.COMPONENT, "store");
        register(context, SynchronousConfigurationListener.class, requiredValidators, Map.of());
        register(context, HealthCheck.class, store.health(), health);
        register(context, MetricSource.class, metrics, source);
        register(context, TemporaryNames.class, store.temporaryNames(), Map.of());
        register(context, DiskRecords.class, store.diskRecords(), Map.of());
        register(context, Snapshots.class, store.snapshots(), Map.of());
        register(context, ChangeJournal.class, journal, Map.of());
        register(context, EventHistory.class, history, Map.of());
        register(context, RecordStore.class, store.records(), Map.of());
        register(context, LastingDrafts.class, store.lastingDrafts(), Map.of());
        Map<String, ?> adapterHealth = Map.of(HealthCheck.NAME, "adapter-state");
        Map<String, ?> adapterMetrics = Map.of(MetricSource.COMPONENT, "adapter-state");
        register(context, AdapterStates.class, store.adapterStates(), Map.of());
        register(context, HealthCheck.class, store.adapterStates(), adapterHealth);
        register(context, MetricSource.class, store.adapterStates(), adapterMetrics);
    }

    private <T> void register(BundleContext context, Class<T> type, T service, Map<String, ?> properties) {
        registrations.add(context.registerService(type, service, FrameworkUtil.asDictionary(properties)));
    }

    @Modified
    void modified(StoreConfiguration configuration) {
        StoreSettings changed = StoreSettings.of(configuration);
        configureValidation(changed);
        settings = changed;
        LOG.info("event=store.configuration.applied {}", settings);
    }

    @Deactivate
    void deactivate() {
        Collections.reverse(registrations);
        registrations.forEach(ServiceRegistration::unregister);
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
        validatorTracker.add(validator);
    }

    void updateValidator(ServiceReference<Validator> validator) {
        validatorTracker.update(validator);
    }

    void removeValidator(ServiceReference<Validator> validator) {
        validatorTracker.remove(validator);
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
