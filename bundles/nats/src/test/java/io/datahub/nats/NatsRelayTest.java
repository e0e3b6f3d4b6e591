package io.datahub.nats;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.health.HealthCheck;
import io.datahub.test.Configurations;
import io.datahub.test.memory.MemoryBroker;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;

class NatsRelayTest {

    private final Map<String, Object> services = new HashMap<>();
    private final MemoryBroker broker = new MemoryBroker(new MemoryBroker.Limits(10, 1 << 10, 1 << 10, 10));

    /** A context that only registers services. */
    private BundleContext context() {
        return (BundleContext) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {BundleContext.class}, (proxy, method, arguments) -> {
                    String type = ((Class<?>) arguments[0]).getName();
                    services.put(type, arguments[1]);
                    return Proxy.newProxyInstance(
                            getClass().getClassLoader(),
                            new Class<?>[] {ServiceRegistration.class},
                            (registration, unregister, nothing) -> services.remove(type));
                });
    }

    private NatsRelay relay(String... events) {
        return new NatsRelay(Configurations.of(NatsConfiguration.class, "events", events), context(), broker);
    }

    @Test
    void shouldRegisterNothingWithoutServers() {
        relay().stop();
        assertThat(services).isEmpty();
    }

    @Test
    void shouldShowThatItCantReadItsConfiguration() {
        NatsRelay relay = relay("nats:/a");
        HealthCheck health = (HealthCheck) services.get(HealthCheck.class.getName());
        assertThat(services).hasSize(1);
        assertThat(health.check().degraded()).isTrue();
        assertThat(health.check().detail()).contains("the key events must be");
        relay.stop();
        assertThat(services).isEmpty();
    }
}
