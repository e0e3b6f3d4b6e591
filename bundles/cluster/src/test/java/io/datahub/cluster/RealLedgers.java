package io.datahub.cluster;

import io.datahub.api.cluster.SharedLedger;
import io.datahub.postgres.Postgres;
import io.datahub.postgres.PostgresConfiguration;
import io.datahub.test.Configurations;
import io.datahub.test.postgres.PostgresServer;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;

/** Ledgers in PostgreSQL, in databases of their own on one server. */
final class RealLedgers implements AutoCloseable {

    private final PostgresServer server;
    private Optional<Postgres> component = Optional.empty();
    private int count;

    RealLedgers() throws IOException {
        server = PostgresServer.start("fsync=off", "max_connections=300");
    }

    /** An empty ledger; the one before is closed. */
    SharedLedger create() {
        stop();
        try {
            String name = "cluster" + count++;
            server.sql("create database " + name);
            CompletableFuture<SharedLedger> registered = new CompletableFuture<>();
            component = Optional.of(new Postgres(
                    Configurations.of(
                            PostgresConfiguration.class,
                            "ledger",
                            PostgresServer.url(name, server),
                            "allowSingle",
                            true),
                    context(registered)));
            return registered.get(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** A framework that only takes services. */
    private static BundleContext context(CompletableFuture<SharedLedger> registered) {
        return proxy(BundleContext.class, arguments -> {
            if (arguments != null && arguments.length == 3 && arguments[1] instanceof SharedLedger ledger) {
                registered.complete(ledger);
            }
            return proxy(ServiceRegistration.class, unused -> null);
        });
    }

    private interface Answer {
        Object to(Object[] arguments);
    }

    private static <T> T proxy(Class<T> type, Answer answer) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> answer.to(arguments)));
    }

    private void stop() {
        try {
            if (component.isPresent()) {
                Method stop = Postgres.class.getDeclaredMethod("stop"); // what the framework calls
                stop.setAccessible(true);
                stop.invoke(component.get());
            }
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(e.getMessage(), e);
        }
        component = Optional.empty();
    }

    @Override
    public void close() {
        stop();
        server.close();
    }
}
