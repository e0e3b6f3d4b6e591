package io.datahub.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.datahub.api.Home;
import io.datahub.api.health.HealthCheck;
import io.datahub.api.record.ChangeListener;
import io.datahub.api.record.RecordStore;
import io.datahub.api.user.Authenticator;
import io.datahub.api.user.Login;
import io.datahub.api.user.UserRegistry;
import io.datahub.api.user.UsersListener;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.felix.framework.FrameworkFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceFactory;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.launch.Framework;

/** Runs the packaged bundle in a framework with Declarative Services. */
@Timeout(60)
class AuthInFrameworkTest {

    private static final String SHARED = String.join(
            ",",
            "io.datahub.api;version=0.9",
            "io.datahub.api.cluster;version=0.9",
            "io.datahub.api.config;version=0.9",
            "io.datahub.api.file;version=0.9",
            "io.datahub.api.health;version=0.9",
            "io.datahub.api.log;version=0.9",
            "io.datahub.api.metric;version=0.9",
            "io.datahub.api.net;version=0.9",
            "io.datahub.api.path;version=0.9",
            "io.datahub.api.record;version=0.9",
            "io.datahub.api.state;version=0.9",
            "io.datahub.api.user;version=0.9",
            "io.datahub.api.validation;version=0.9",
            "org.slf4j;version=1.7.36",
            "org.osgi.service.component;version=1.5",
            "org.osgi.service.component.runtime;version=1.5",
            "org.osgi.service.component.runtime.dto;version=1.5",
            "org.osgi.util.promise;version=1.3",
            "org.osgi.util.function;version=1.2");

    @TempDir
    private Path folder;

    private Framework framework;
    private BundleContext context;
    private FolderStore store;
    private final List<Authenticator> told = new CopyOnWriteArrayList<>();

    @BeforeEach
    void setUp() throws Exception {
        store = new FolderStore(folder.resolve("home"));
        store.put(Samples.users(""));
        framework = new FrameworkFactory()
                .newFramework(Map.of(
                        Constants.FRAMEWORK_STORAGE,
                        folder.resolve("cache").toString(),
                        Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA,
                        SHARED));
        framework.start();
        context = framework.getBundleContext();
        install(Path.of(org.apache.felix.scr.info.ScrInfo.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI()));
        install(Path.of("target", "classes").toAbsolutePath());
        context.registerService(Home.class, store, null);
        UsersListener listener = told::add;
        context.registerService(UsersListener.class, listener, null);
    }

    @AfterEach
    void tearDown() throws Exception {
        framework.stop();
        framework.waitForStop(10_000);
    }

    private void install(Path place) throws Exception {
        Bundle bundle = context.installBundle("reference:" + place.toUri());
        bundle.start();
    }

    private <T> boolean isThere(Class<T> type) {
        return context.getServiceReference(type) != null;
    }

    private <T> T service(Class<T> type) throws Exception {
        await().until(() -> isThere(type));
        ServiceReference<T> reference = context.getServiceReference(type);
        return context.getService(reference);
    }

    /**
     * The test's own class path has the bundle's classes too, so the framework doesn't consider the service assignable
     * to it.
     */
    private ChangeListener listener() {
        try {
            return (ChangeListener)
                    context.getService(context.getAllServiceReferences(ChangeListener.class.getName(), null)[0]);
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void shouldFollowTheStoreAndNotifyItsListeners() throws Exception {
        assertThat(isThere(Authenticator.class)).isFalse();

        ServiceRegistration<RecordStore> registration = context.registerService(RecordStore.class, store, null);
        Authenticator authenticator = service(Authenticator.class);
        Login login = authenticator
                .authenticate(Samples.bearer(Samples.ROOT_TOKEN), Samples.from("127.0.0.1"))
                .toCompletableFuture()
                .join()
                .get();
        await().until(() -> !told.isEmpty());
        assertThat(told.get(told.size() - 1).renew(login)).isPresent();

        registration.unregister();
        assertThat(isThere(Authenticator.class)).isFalse();
        assertThat(told.get(told.size() - 1).renew(login)).isEmpty();

        context.registerService(RecordStore.class, store, null);
        service(Authenticator.class);
        await().until(() -> told.get(told.size() - 1).renew(login).isPresent());
    }

    @Test
    void shouldListenToAStoreThatLooksUpListenersWhileItStarts() throws Exception {
        ServiceFactory<RecordStore> starting = new ServiceFactory<>() {
            @Override
            public RecordStore getService(Bundle bundle, ServiceRegistration<RecordStore> registration) {
                store.listener(listener());
                return store;
            }

            @Override
            public void ungetService(
                    Bundle bundle, ServiceRegistration<RecordStore> registration, RecordStore service) {}
        };
        context.registerService(RecordStore.class, starting, null);
        Authenticator authenticator = service(Authenticator.class);

        store.put(Samples.users(Samples.ci("")));

        assertThat(authenticator
                        .authenticate(Samples.bearer(Samples.CI_TOKEN), Samples.from("127.0.0.1"))
                        .toCompletableFuture()
                        .join()
                        .isRefused())
                .isFalse();
    }

    @Test
    void shouldOfferItsServicesUnderTheNamesThatOthersLookFor() throws Exception {
        context.registerService(RecordStore.class, store, null);

        assertThat(service(UserRegistry.class).accounts()).hasSize(1);
        assertThat(service(HealthCheck.class).check().ready()).isTrue();
        assertThat(context.getServiceReference(HealthCheck.class).getProperty(HealthCheck.NAME))
                .isEqualTo("auth");
        store.listener(listener());
        int before = told.size();

        store.put(Samples.users(Samples.ci("")));

        assertThat(told).hasSize(before + 1);
    }
}
