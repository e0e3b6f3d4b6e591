package io.datahub.store;

import io.datahub.api.Home;
import io.datahub.api.Result;
import io.datahub.api.event.EventBroker;
import io.datahub.api.health.Health;
import io.datahub.api.health.HealthCheck;
import io.datahub.api.metric.MetricReport;
import io.datahub.api.metric.MetricSource;
import io.datahub.api.record.Change;
import io.datahub.api.record.ChangeJournal;
import io.datahub.api.record.ChangeListener;
import io.datahub.api.record.Cursor;
import io.datahub.api.record.Listing;
import io.datahub.api.record.PartialUpload;
import io.datahub.api.record.Reading;
import io.datahub.api.record.RecordPath;
import io.datahub.api.record.RecordStore;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.record.ResumableUploads;
import io.datahub.api.record.Snapshots;
import io.datahub.api.record.Upload;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.User;
import io.datahub.api.validation.Validator;
import io.datahub.store.metadata.Journal;
import io.datahub.store.metadata.MetadataStore;
import io.datahub.store.validation.RequiredValidator;
import io.datahub.store.validation.ValidationService;
import io.datahub.store.validation.ValidatorRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.cm.ConfigurationEvent;
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

/** The store's services: creates the components and delegates the calls to them. */
@Component(
        service = {
            RecordStore.class,
            ResumableUploads.class,
            ChangeJournal.class,
            HealthCheck.class,
            MetricSource.class,
            Snapshots.class,
            SynchronousConfigurationListener.class
        },
        configurationPid = StoreConfiguration.PID,
        property = {HealthCheck.NAME + "=store", MetricSource.PART + "=store"},
        immediate = true)
@Designate(ocd = StoreConfiguration.class)
public final class StoreService
        implements RecordStore,
                ResumableUploads,
                ChangeJournal,
                HealthCheck,
                MetricSource,
                Snapshots,
                SynchronousConfigurationListener {

    private static final Logger LOG = LoggerFactory.getLogger("io.datahub.store");
    private static final String CONFIGURATION_SOURCE = "io.datahub.store";

    private final ValidatorRegistry validators = new ValidatorRegistry();
    private final ValidatorTracker validatorTracker;
    private final RequiredValidators requiredValidators;
    private final ValidationService validation;
    private final ChangeDispatcher dispatcher;
    private final MetadataStore metadata;
    private final Journal journal;
    private final RecordFiles records;
    private final Housekeeping housekeeping;
    private final StoreMetrics metrics = new StoreMetrics();

    /** Replaced as a whole when the configuration changes. */
    private volatile Tuning tuning;

    @Activate
    public StoreService(
            BundleContext context,
            StoreConfiguration configuration,
            @Reference Home home,
            @Reference EventBroker broker,
            @Reference ConfigurationAdmin admin)
            throws IOException {
        tuning = Tuning.of(configuration);
        validators.require(CONFIGURATION_SOURCE, RequiredValidator.parse(configuration.require()));
        validatorTracker = new ValidatorTracker(context, validators);
        requiredValidators = new RequiredValidators(admin, validators);
        dispatcher = new ChangeDispatcher(broker);
        dispatcher.add(metrics::changed);
        validation = new ValidationService(validators, configuration.judgementsAtOnce());
        configureValidation(configuration);
        metadata = new MetadataStore(home.state().resolve("store.mv"), () -> tuning.metadata(), dispatcher);
        journal = new Journal(metadata);
        records = open(home);
        housekeeping = new Housekeeping(records);
        LOG.info("event=store-ready home=\"{}\" {} cursor={}", home.root(), tuning, journal.head());
    }

    private RecordFiles open(Home home) throws IOException {
        try {
            return new RecordFiles(
                    home, metadata, validators, validation, () -> tuning.records(), () -> tuning.temporary());
        } catch (IOException | RuntimeException e) {
            metadata.close();
            validation.close();
            throw e;
        }
    }

    private void configureValidation(StoreConfiguration configuration) {
        if (configuration.judgeMillis() < 1) {
            throw new IllegalArgumentException(
                    "judgeMillis is " + configuration.judgeMillis() + "; it must be 1 or more");
        }
        validation.setTimeLimit(Duration.ofMillis(configuration.judgeMillis()));
        validators.setTrial(Arrays.stream(
                        String.join(",", configuration.trial()).split(",", -1))
                .map(String::strip)
                .filter(name -> !name.equals(RequiredValidator.USERS.name())
                        && !name.startsWith(RequiredValidator.USERS.name() + "/"))
                .collect(Collectors.toSet()));
    }

    @Modified
    void modified(StoreConfiguration configuration) {
        List<RequiredValidator> required = RequiredValidator.parse(configuration.require());
        configureValidation(configuration);
        tuning = Tuning.of(configuration);
        validators.require(CONFIGURATION_SOURCE, required);
        LOG.info("event=store-configured {}", tuning);
    }

    @Deactivate
    void deactivate() {
        housekeeping.close();
        close(records);
        validation.close();
        metadata.close();
        LOG.info("event=store-closed {} cursor={}", tuning, journal.head());
    }

    private static void close(RecordFiles records) {
        try {
            records.close();
        } catch (IOException e) {
            LOG.warn("event=records-unclosed failure=\"{}\"", e.toString());
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

    @Override
    public void configurationEvent(ConfigurationEvent event) {
        try {
            requiredValidators.configurationChanged(event);
        } catch (IOException e) {
            LOG.error("event=configuration-unread pid={}", event.getPid(), e);
        }
    }

    @Override
    public Health check() {
        return records.health();
    }

    @Override
    public void report(MetricReport report) {
        records.report(report);
        validation.report(report);
        metrics.report(metadata, report);
    }

    @Override
    public Snapshot take() throws IOException {
        return records.take();
    }

    @Override
    public Result<Upload> begin(WriteRequest request) throws IOException {
        return records.begin(request);
    }

    @Override
    public Result<List<Change>> delete(WriteRequest request) throws IOException {
        return records.delete(request);
    }

    @Override
    public Result<List<Change>> deleteTree(WriteRequest request) throws IOException {
        return records.deleteTree(request);
    }

    @Override
    public Result<RecordVersion> find(User user, RecordPath path) throws IOException {
        return records.find(user, path);
    }

    @Override
    public Result<Reading> open(User user, RecordPath path) throws IOException {
        return records.open(user, path);
    }

    @Override
    public Result<Listing> list(User user, RecordPath directory, String after, int limit) throws IOException {
        return records.list(user, directory, after, limit);
    }

    @Override
    public void check(RecordPath path, Duration quiet, Consumer<RecordPath> unsettled) throws IOException {
        records.check(path, quiet, unsettled);
    }

    @Override
    public boolean isTemporary(RecordPath path) {
        return records.isTemporary(path);
    }

    @Override
    public long maxBytes() {
        return records.resumable().maxBytes();
    }

    @Override
    public Result<PartialUpload> create(WriteRequest request, Map<String, String> notes) throws IOException {
        return records.resumable().create(request, notes);
    }

    @Override
    public Result<PartialUpload> createPart(WriteRequest request, Map<String, String> notes) throws IOException {
        return records.resumable().createPart(request, notes);
    }

    @Override
    public Result<Concatenation> concatenate(WriteRequest request, List<String> parts, Map<String, String> notes)
            throws IOException {
        return records.resumable().concatenate(request, parts, notes);
    }

    @Override
    public Result<PartialUpload> find(User user, String name) throws IOException {
        return records.resumable().find(user, name);
    }

    @Override
    public Result<Continuation> resume(WriteRequest request, String name, long offset) throws IOException {
        return records.resumable().resume(request, name, offset);
    }

    @Override
    public Result<PartialUpload> remove(User user, String name) throws IOException {
        return records.resumable().remove(user, name);
    }

    @Override
    public Cursor head() {
        return journal.head();
    }

    @Override
    public Cursor oldest() {
        return journal.oldest();
    }

    @Override
    public Result<Page> read(User user, Cursor since, String prefix, int limit) {
        return journal.read(user, since, prefix, limit);
    }

    @Override
    public boolean await(Cursor since, Duration time) throws InterruptedException {
        return journal.await(since, time);
    }
}
