package io.datahub.console.installed;

import io.datahub.api.health.Health;
import io.datahub.api.health.HealthCheck;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.karaf.features.BootFinished;
import org.apache.karaf.features.FeaturesService;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports the files in {@code deploy/} that can't be installed, by their names and the reasons: in the log once, and as the
 * part {@code deploy} of the hub's health as long as they are there. Works only where the hub's own launcher says what is
 * in force. Threads: one looks every second, after the features of the distribution are installed.
 */
@Component(service = HealthCheck.class, immediate = true, property = HealthCheck.NAME + "=deploy")
public final class Deployments implements HealthCheck {

    private static final Logger LOG = LoggerFactory.getLogger(Deployments.class);
    private static final long POLL_MILLIS = 1_000;
    private static final long END_SECONDS = 10;

    private final Map<String, String> failures = new ConcurrentSkipListMap<>();
    private final ScheduledExecutorService worker =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "datahub-deploy"));
    private final DeployFolder folder;
    private final boolean isOurs;

    @Activate
    public Deployments(BundleContext context, @Reference FeaturesService features) {
        this.isOurs = context.getProperty(InstalledByOperator.FOLDER) != null;
        Path deploy = Path.of(context.getProperty("karaf.base"), "deploy");
        folder = new DeployFolder(deploy, new InstalledFiles(context, features)::fault, System::nanoTime);
    }

    /** The features of the distribution are all there: what is missing from now on can't be installed. */
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
    void bindBootFinished(BootFinished finished) {
        if (isOurs) {
            var unused = worker.scheduleWithFixedDelay(this::look, POLL_MILLIS, POLL_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    void unbindBootFinished(BootFinished finished) {
        // The service goes only when the framework stops.
    }

    @Deactivate
    void stop() throws InterruptedException {
        worker.shutdownNow();
        if (!worker.awaitTermination(END_SECONDS, TimeUnit.SECONDS)) {
            LOG.warn("event=deploy-busy seconds={}", END_SECONDS);
        }
    }

    @Override
    public Health check() {
        return failures.isEmpty()
                ? Health.ready("every file in deploy/ is installed")
                : Health.degraded(failures.entrySet().stream()
                        .map(one -> "deploy/" + one.getKey() + " can't be installed: " + one.getValue()
                                + "; correct or remove it")
                        .collect(Collectors.joining("; ")));
    }

    private void look() {
        try {
            Map<String, String> now = folder.failures();
            now.forEach((name, reason) -> {
                if (!reason.equals(failures.put(name, reason))) {
                    LOG.warn(
                            "event=deployment-failed file=deploy/{} reason=\"{}\"; correct or remove it", name, reason);
                }
            });
            failures.keySet().removeIf(name -> {
                boolean isGone = !now.containsKey(name);
                if (isGone) {
                    LOG.info("event=deployment-mended file=deploy/{}", name);
                }
                return isGone;
            });
        } catch (IOException | RuntimeException e) {
            LOG.warn("event=deploy-unread reason={}; tried again in a second", e.toString());
        }
    }
}
