package io.datahub.nats;

import io.datahub.api.cluster.HubName;
import io.datahub.api.cluster.JournalSignal;
import io.datahub.api.cluster.JournalSignalListener;
import io.datahub.api.event.ClusterSessions;
import io.datahub.api.event.EventBroker;
import io.datahub.api.event.PublishedEventListener;
import io.datahub.api.event.SubscriptionListener;
import io.datahub.api.health.Health;
import io.datahub.api.health.HealthCheck;
import io.datahub.api.log.LogText;
import io.datahub.api.metric.MetricSource;
import io.datahub.api.secret.SecretFiles;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Registers the relay if the configuration of the cluster names NATS servers. Declarative Services can't make a service
 * depend on whether a key has a value, so it does that itself.
 */
@Component(
        name = "io.datahub.nats",
        configurationPid = "io.datahub.cluster",
        service = {},
        immediate = true)
@Capability(
        namespace = "osgi.service",
        attribute =
                "objectClass:List<String>=\"io.datahub.api.cluster.JournalSignal,io.datahub.api.event.ClusterSessions\"")
@Designate(ocd = NatsConfiguration.class)
public final class NatsRelay {

    private static final Logger LOG = LoggerFactory.getLogger(NatsRelay.class);

    private final List<ServiceRegistration<?>> services = new ArrayList<>();
    private final List<JournalSignalListener> signals = new CopyOnWriteArrayList<>();
    private final Optional<Relay> relay;

    @Activate
    public NatsRelay(NatsConfiguration configuration, BundleContext context, @Reference EventBroker broker) {
        if (configuration.events().length == 0) {
            relay = Optional.empty();
            return;
        }
        NatsServers servers;
        try {
            servers = NatsServers.parse(configuration.events());
        } catch (IllegalArgumentException e) { // the hub serves its own clients, but somebody must see that it is alone
            relay = Optional.empty();
            LOG.error("event=nats.misconfigured reason={}", LogText.quoted(e.getMessage()));
            HealthCheck alone = () -> Health.degraded("events don't reach the other hubs: " + e.getMessage());
            register(context, HealthCheck.class, alone, Map.of(HealthCheck.NAME, "relay"));
            return;
        }
        String hub = HubName.of(configuration.hub());
        Relay started = new Relay(hub, servers, new SecretFiles(configuration.secrets()), broker, signals);
        relay = Optional.of(started);
        started.start();
        register(context, PublishedEventListener.class, started.publishedEvents(), Map.of());
        register(context, SubscriptionListener.class, started, Map.of());
        register(context, ClusterSessions.class, started.sessions(), Map.of());
        register(context, JournalSignal.class, started, Map.of());
        register(context, HealthCheck.class, new RelayHealth(started), Map.of(HealthCheck.NAME, "relay"));
        register(context, MetricSource.class, new RelayMetrics(started), Map.of(MetricSource.COMPONENT, "relay"));
        LOG.info("event=nats.started servers={} hub={}", LogText.quoted(servers), hub);
    }

    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY,
            unbind = "removeSignalListener")
    void addSignalListener(JournalSignalListener listener) {
        signals.add(listener);
    }

    void removeSignalListener(JournalSignalListener listener) {
        signals.remove(listener);
    }

    private <T> void register(BundleContext context, Class<T> type, T service, Map<String, ?> properties) {
        services.add(context.registerService(type, service, FrameworkUtil.asDictionary(properties)));
    }

    @Deactivate
    void stop() {
        services.forEach(ServiceRegistration::unregister);
        relay.ifPresent(running -> {
            running.close();
            LOG.info("event=nats.stopped");
        });
    }
}
