package io.datahub.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.json.PackageVersion;
import io.datahub.api.Home;
import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.disk.DiskRecords;
import io.datahub.api.event.EventBroker;
import io.datahub.api.health.HealthCheck;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.api.record.ChangeJournal;
import io.datahub.api.record.ChangeListener;
import io.datahub.api.record.Cursor;
import io.datahub.api.record.Draft;
import io.datahub.api.record.RecordStore;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.User;
import io.datahub.api.validation.Validator;
import io.datahub.api.validation.ValidatorId;
import io.datahub.api.validation.Verdict;
import io.datahub.api.validation.Violation;
import io.datahub.test.memory.MemoryBroker;
import io.datahub.test.memory.MemoryHistory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.felix.framework.FrameworkFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceFactory;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.launch.Framework;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.runtime.ServiceComponentRuntime;

/** Tests the built bundle in an OSGi framework with Declarative Services and Configuration Admin. */
@Timeout(120)
class StoreInFrameworkTest {

    private static final String SHARED_PACKAGES = String.join(
            ",",
            "io.datahub.api;version=0.9",
            "io.datahub.api.cluster;version=0.9",
            "io.datahub.api.disk;version=0.9",
            "io.datahub.api.event;version=0.9",
            "io.datahub.api.config;version=0.9",
            "io.datahub.api.file;version=0.9",
            "io.datahub.api.health;version=0.9",
            "io.datahub.api.history;version=0.9",
            "io.datahub.api.log;version=0.9",
            "io.datahub.api.metric;version=0.9",
            "io.datahub.api.path;version=0.9",
            "io.datahub.api.record;version=0.9",
            "io.datahub.api.state;version=0.9",
            "io.datahub.api.user;version=0.9",
            "io.datahub.api.validation;version=0.9",
            "com.fasterxml.jackson.core;version=" + PackageVersion.VERSION,
            "org.h2.mvstore;version=2.4",
            "org.h2.mvstore.type;version=2.4",
            "org.slf4j;version=1.7.36",
            "org.osgi.service.cm;version=1.6.1",
            "org.osgi.service.component;version=1.5",
            "org.osgi.service.component.runtime;version=1.5",
            "org.osgi.service.component.runtime.dto;version=1.5",
            "org.osgi.util.promise;version=1.3",
            "org.osgi.util.function;version=1.2");

    @TempDir
    private Path folder;

    private final MemoryBroker broker = new MemoryBroker(new MemoryBroker.Limits(1, 1, 1, 1));

    /** Of the events that were announced. */
    private final List<String> topics = new CopyOnWriteArrayList<>();

    private Framework framework;
    private BundleContext context;
    private ServiceRegistration<EventBroker> brokerRegistration;

    @BeforeEach
    void setUp() throws Exception {
        broker.addListener(event -> topics.add(MemoryHistory.topic(event)), "file.", "hub.");
        framework = new FrameworkFactory()
                .newFramework(Map.of(
                        Constants.FRAMEWORK_STORAGE,
                        folder.resolve("cache").toString(),
                        Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA,
                        SHARED_PACKAGES));
        framework.start();
        context = framework.getBundleContext();
        install(jarOf(org.apache.felix.cm.PersistenceManager.class));
        install(jarOf(org.apache.felix.scr.info.ScrInfo.class));
        configure("waitMillis", 50L);
        install(Path.of("target", "classes").toAbsolutePath());
        brokerRegistration = context.registerService(EventBroker.class, broker, null);
    }

    @AfterEach
    void tearDown() throws Exception {
        framework.stop();
        framework.waitForStop(10_000);
    }

    private static Path jarOf(Class<?> type) throws Exception {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    private Bundle install(Path location) throws Exception {
        Bundle bundle = context.installBundle("reference:" + location.toUri());
        bundle.start();
        return bundle;
    }

    private void configure(Object... keysAndValues) throws Exception {
        Map<String, Object> properties = new HashMap<>();
        properties.put("home", folder.resolve("home").toString());
        for (int i = 0; i < keysAndValues.length; i += 2) {
            properties.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        admin().getConfiguration("io.datahub.store", "?").update(FrameworkUtil.asDictionary(properties));
    }

    private ConfigurationAdmin admin() throws Exception {
        return service(ConfigurationAdmin.class);
    }

    private <T> T service(Class<T> type) throws Exception {
        await().until(() -> context.getServiceReference(type) != null);
        return context.getService(context.getServiceReference(type));
    }

    private RecordStore store() throws Exception {
        return service(RecordStore.class);
    }

    private static Result<Change> put(RecordStore store, String path, String text) throws IOException {
        try (Draft upload = store.begin(new WriteRequest(User.HUB, "test", RecordPath.of(path)))
                .get()) {
            upload.append(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
            return upload.commit();
        }
    }

    private static Reason reason(Result<?> result) {
        return result.refusal().map(Refusal::reason).orElseThrow();
    }

    /** Updates the configuration and waits until the store has applied it. */
    private void reconfigureAndAwait(Object... keysAndValues) throws Exception {
        RecordStore store = store();
        List<Object> all = new ArrayList<>(List.of(keysAndValues));
        all.addAll(List.of("maxUploadBytes", 100L));
        configure(all.toArray());
        await().until(() -> put(store, "probe", "x".repeat(101)).isRefused());
    }

    private void requireAndAwait(String required) throws Exception {
        RecordStore store = store();
        configure("waitMillis", 50L, "require", required);
        await().until(() -> put(store, "validated/probe", "x").isRefused() == !required.isEmpty());
    }

    @Test
    void shouldUseAValidatorWhileItsBundleIsStarted() throws Exception {
        RecordStore store = store();
        assertThat(put(store, "validated/a", "bad").get().validators()).isEmpty();

        Bundle bundle = context.installBundle("foreign", ForeignValidator.bundle(1));
        bundle.start();
        assertThat(put(store, "validated/a", "bad").refusal().orElseThrow().violations())
                .containsExactly(new Violation("foreign", "1.0.0", 0, 0, "version 1 says no"));
        assertThat(put(store, "validated/a", "good").get().validators())
                .containsExactly(new ValidatorId("foreign", "1.0.0"));
        bundle.update(ForeignValidator.bundle(2));
        assertThat(put(store, "validated/a", "good").get().validators())
                .containsExactly(new ValidatorId("foreign", "2.0.0"));
        bundle.uninstall();
        assertThat(put(store, "validated/a", "bad").get().validators()).isEmpty();
        assertThat(topics)
                .containsExactly(
                        "file.created/validated/a",
                        "file.updated/validated/a",
                        "file.updated/validated/a",
                        "file.updated/validated/a");
    }

    @Test
    void shouldRefuseWritesUntilARequiredValidatorIsRegistered() throws Exception {
        RecordStore store = store();
        requireAndAwait("foreign: validated/**");
        assertThat(reason(put(store, "validated/a", "good"))).isEqualTo(Reason.UNAVAILABLE);
        assertThat(put(store, "free", "x").isRefused()).isFalse();

        reconfigureAndAwait("waitMillis", 30_000L, "require", "foreign: validated/**");
        CompletableFuture<Result<Change>> waiting = CompletableFuture.supplyAsync(() -> {
            try {
                return put(store, "validated/a", "good");
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        context.installBundle("foreign", ForeignValidator.bundle(1)).start();
        assertThat(waiting.get(20, TimeUnit.SECONDS).get().validators())
                .containsExactly(new ValidatorId("foreign", "1.0.0"));
    }

    @Test
    void shouldValidateEveryWriteWhileAValidatorIsReplacedUnderLoad() throws Exception {
        RecordStore store = store();
        Bundle bundle = context.installBundle("foreign", ForeignValidator.bundle(1));
        bundle.start();
        reconfigureAndAwait("waitMillis", 20_000L, "require", "foreign: validated/**");
        AtomicBoolean stop = new AtomicBoolean();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        List<Future<Integer>> clients = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            String path = "validated/" + i;
            clients.add(threads.submit(() -> {
                int writes = 0;
                while (!stop.get()) {
                    assertThat(put(store, path, "good").get().validators()).hasSize(1);
                    Violation violation = put(store, path, "bad")
                            .refusal()
                            .orElseThrow()
                            .violations()
                            .get(0);
                    assertThat(violation.version())
                            .startsWith(violation.message().substring(8, 9));
                    writes++;
                }
                return writes;
            }));
        }
        for (int i = 0; i < 20; i++) {
            bundle.update(ForeignValidator.bundle(1 + (i + 1) % 2));
        }
        stop.set(true);
        int writes = 0;
        for (Future<Integer> client : clients) {
            writes += client.get(30, TimeUnit.SECONDS);
        }
        threads.shutdown();
        assertThat(writes).isPositive();
    }

    @Test
    void shouldLeaveTheRecordsToTheClusterAsLongAsItIsConfigured() throws Exception {
        assertThat(store()).isNotNull();
        Configuration cluster = admin().getConfiguration("io.datahub.cluster", "?");
        cluster.update(FrameworkUtil.asDictionary(
                Map.of("ledger", "jdbc:postgresql://db.example/datahub", "secrets", "/etc/datahub/secrets")));
        await().until(() -> context.getServiceReference(RecordStore.class) == null);
        Home home = service(Home.class);
        assertThat(home.root()).isEqualTo(folder.resolve("home"));
        assertThat(home.sharedSecrets()).contains(Path.of("/etc/datahub/secrets"));

        cluster.update(FrameworkUtil.asDictionary(Map.of("ledger", "")));
        await().until(() -> context.getServiceReference(RecordStore.class) != null);
        assertThat(put(store(), "a", "x").isRefused()).isFalse();
    }

    @Test
    void shouldRequireAConfiguredValidatorUnlessItIsOptional() throws Exception {
        RecordStore store = store();
        Configuration configuration = admin().getFactoryConfiguration("io.datahub.validator.xsd", "orders", "?");
        configuration.update(FrameworkUtil.asDictionary(Map.of("paths", "orders/**, else/*")));
        Result<Change> refused = put(store, "orders/a", "x");
        assertThat(reason(refused)).isEqualTo(Reason.UNAVAILABLE);
        assertThat(refused.refusal().orElseThrow().detail()).contains("xsd-orders");
        assertThat(put(store, "free", "x").isRefused()).isFalse();

        ServiceRegistration<Validator> validator = context.registerService(
                Validator.class,
                candidate -> Verdict.accept(),
                FrameworkUtil.asDictionary(
                        Map.of("service.pid", "io.datahub.validator.xsd~orders", "paths", "orders/**, else/*")));
        assertThat(put(store, "orders/a", "x").get().validators()).hasSize(1);
        validator.unregister();
        assertThat(put(store, "else/a", "x").isRefused()).isTrue();
        configuration.update(FrameworkUtil.asDictionary(Map.of("paths", "orders/**", "optional", "true")));
        assertThat(put(store, "orders/a", "x").isRefused()).isFalse();
        configuration.update(FrameworkUtil.asDictionary(Map.of("paths", "orders/**")));
        assertThat(put(store, "orders/a", "x").isRefused()).isTrue();
        configuration.delete();
        assertThat(put(store, "orders/a", "x").isRefused()).isFalse();
    }

    @Test
    void shouldAcceptRecordsWithoutAnOptionalValidatorThatCanNotBeActivated() throws Exception {
        RecordStore store = store();
        for (boolean optional : new boolean[] {false, true}) {
            ServiceRegistration<Validator> validator = context.registerService(
                    Validator.class,
                    new ServiceFactory<>() {
                        @Override
                        public Validator getService(Bundle bundle, ServiceRegistration<Validator> registration) {
                            return null;
                        }

                        @Override
                        public void ungetService(
                                Bundle bundle, ServiceRegistration<Validator> registration, Validator service) {
                            // There is none.
                        }
                    },
                    FrameworkUtil.asDictionary(
                            Map.of("name", "broken", "paths", "orders/**", "optional", String.valueOf(optional))));

            Result<Change> stored = put(store, "orders/a", "x");

            assertThat(stored.isRefused()).isEqualTo(!optional);
            assertThat(optional ? stored.get().validators() : List.of()).isEmpty();
            validator.unregister();
        }
    }

    @Test
    void shouldApplyANewConfigurationWithoutReactivation() throws Exception {
        RecordStore store = store();
        configure("maxUploadBytes", 3L);
        await().until(() -> put(store, "a", "1234").isRefused());

        assertThat(reason(put(store, "a", "1234"))).isEqualTo(Reason.TOO_LARGE);
        assertThat(store()).isSameAs(store);
    }

    @Test
    void shouldLoseNothingWhenTheBrokerIsRestarted() throws Exception {
        put(store(), "a", "1");
        Cursor head = service(ChangeJournal.class).head();
        brokerRegistration.unregister();
        await().until(() -> context.getServiceReference(RecordStore.class) == null);
        Files.writeString(folder.resolve("home/files/b"), "while away");
        context.registerService(EventBroker.class, broker, null);

        assertThat(service(ChangeJournal.class).head()).isEqualTo(head);
        service(DiskRecords.class).reconcile(RecordPath.ROOT, java.time.Duration.ZERO, stillChanging -> {});
        assertThat(topics).containsExactly("file.created/a", "file.created/b");
    }

    @Test
    void shouldNotifyListenersBeforeCommitReturnsAndALateListenerOfTheLatestUsersChange() throws Exception {
        RecordStore store = store();
        context.registerService(
                Validator.class,
                candidate -> Verdict.accept(),
                FrameworkUtil.asDictionary(Map.of("name", "users", "paths", "broker_users.xml")));
        List<String> notified = new CopyOnWriteArrayList<>();
        ChangeListener listener = change -> {
            notified.add(change.topic());
            return ChangeListener.DONE;
        };
        ServiceRegistration<ChangeListener> registration =
                context.registerService(ChangeListener.class, listener, null);
        put(store, "a", "1");
        assertThat(notified).containsExactly("file.created/a");
        registration.unregister();
        put(store, "broker_users.xml", "<x/>");
        put(store, "a", "2");
        assertThat(notified).hasSize(1);
        context.registerService(ChangeListener.class, listener, null);
        assertThat(notified).containsExactly("file.created/a", "file.created/broker_users.xml");
    }

    @Test
    void shouldNotStartOnAHomeWhoseExportIsNotFinished() throws Exception {
        brokerRegistration.unregister();
        await().until(() -> context.getServiceReference(RecordStore.class) == null);
        Path state = folder.resolve("home/state");
        Files.move(state.resolve("store.mv"), state.resolve("export.mv"));
        context.registerService(EventBroker.class, broker, null);

        ActivationFailures failures = new ActivationFailures(service(ServiceComponentRuntime.class));
        await().until(() -> failures.of("io.datahub.store").orElse("").contains("repeat cluster-export"));
        assertThat(context.getServiceReference(RecordStore.class)).isNull();
        assertThat(state.resolve("store.mv")).doesNotExist();
    }

    @Test
    void shouldProvideHomeAndHealthCheck() throws Exception {
        assertThat(service(DiskRecords.class).files()).isEqualTo(folder.resolve("home/files"));
        assertThat(folder.resolve("home/incoming")).isDirectory();
        store();
        ServiceReference<HealthCheck> reference = context.getServiceReference(HealthCheck.class);
        assertThat(reference.getProperty(HealthCheck.NAME)).isEqualTo("store");
        assertThat(context.getService(reference).check().ready()).isTrue();
    }
}
