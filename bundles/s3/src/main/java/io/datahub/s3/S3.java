package io.datahub.s3;

import io.datahub.api.cluster.Blobs;
import io.datahub.api.health.HealthCheck;
import io.datahub.api.metric.MetricSource;
import io.datahub.api.secret.SecretFiles;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Registers {@link Blobs} if the configuration of the cluster names an S3 store. Declarative Services can't make a
 * service depend on whether a key has a value, so it does that itself.
 */
@Component(
        name = "io.datahub.s3",
        configurationPid = "io.datahub.cluster",
        service = {},
        immediate = true)
@Capability(namespace = "osgi.service", attribute = "objectClass:List<String>=\"io.datahub.api.cluster.Blobs\"")
@Designate(ocd = S3Configuration.class)
public final class S3 {

    private static final Logger LOG = LoggerFactory.getLogger(S3.class);

    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final Duration LONGEST_RETRY = Duration.ofSeconds(15);
    private static final int ATTEMPTS = 8;
    private static final long PART_BYTES = 64L << 20;

    private final List<ServiceRegistration<?>> services;
    private final List<AutoCloseable> closed;

    @Activate
    public S3(S3Configuration configuration, BundleContext context) throws IOException {
        if (configuration.blobs().isBlank()) {
            services = List.of();
            closed = List.of();
            return;
        }
        S3Location location = S3Location.parse(configuration.blobs());
        S3Client client = new S3Client(location, new SecretFiles(configuration.secrets()), TIMEOUT);
        Retries retries = new Retries(ATTEMPTS, LONGEST_RETRY);
        S3Metrics metrics = new S3Metrics(retries);
        ObjectRequests objects = new ObjectRequests(client, metrics);
        S3Health health = new S3Health(objects, metrics, location);
        closed = List.of(health, client);
        services = List.of(
                register(context, Blobs.class, new S3Blobs(objects, retries, PART_BYTES), Map.of()),
                register(context, HealthCheck.class, health, Map.of(HealthCheck.NAME, "blobs")),
                register(context, MetricSource.class, metrics, Map.of(MetricSource.COMPONENT, "blobs")));
        LOG.info("event=s3.started store={} region={}", location, location.region());
    }

    private static <T> ServiceRegistration<T> register(
            BundleContext context, Class<T> type, T service, Map<String, ?> properties) {
        return context.registerService(type, service, FrameworkUtil.asDictionary(properties));
    }

    @Deactivate
    void stop() throws Exception {
        services.forEach(ServiceRegistration::unregister);
        for (AutoCloseable part : closed) {
            part.close();
        }
        if (!services.isEmpty()) {
            LOG.info("event=s3.stopped");
        }
    }
}
