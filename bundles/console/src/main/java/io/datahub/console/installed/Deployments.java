package io.datahub.console.installed;

import io.datahub.api.health.Health;
import io.datahub.api.health.HealthCheck;
import io.datahub.api.log.LogText;
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
 * Reports the files in {@code deploy/} that can't be installed, with the reasons: once in the log, and in the health
 * check {@code deploy} as long as they are there. Active only if the hub's own launcher started the framework. Threads:
 * one thread polls every second, once the features of the distribution are installed.
 */
@Component(service = HealthCheck.class, immediate = true, property = HealthCheck.NAME + "=deploy")
public final class Deployments implements HealthCheck {

    private static final Logger LOG = LoggerFactory.getLogger(Deployments.class);
    private static final long POLL_MILLIS = 1_000;
    private static final long STOP_TIMEOUT_SECONDS = 10;

    private final Map<String, String> failures = new ConcurrentSkipListMap<>();
    private final ScheduledExecutorService worker =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "datahub-deploy"));
    private final DeployDirectory directory;
    private final boolean isManaged;

    @Activate
    public Deployments(BundleContext context, @Reference FeaturesService features) {
        this.isManaged = context.getProperty(InstalledByOperator.DIRECTORY) != null;
        Path deploy = Path.of(context.getProperty("karaf.base"), "deploy");
        directory = new DeployDirectory(deploy, new InstalledFiles(context, features)::failureReason, System::nanoTime);
    }

    /** All features of the distribution are installed: a file that is not installed from now on has failed. */
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
    void bindBootFinished(BootFinished finished) {
        if (isManaged) {
            var unused = worker.scheduleWithFixedDelay(this::poll, POLL_MILLIS, POLL_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    void unbindBootFinished(BootFinished finished) {
        // The service is unregistered only when the framework stops.
    }

    @Deactivate
    void stop() throws InterruptedException {
        worker.shutdownNow();
        if (!worker.awaitTermination(STOP_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
            LOG.warn("event=console.deployment.stop-timed-out timeoutSeconds={}", STOP_TIMEOUT_SECONDS);
        }
    }

    @Override
    public Health check() {
        return failures.isEmpty()
                ? Health.ready("every file in deploy/ is installed")
                : Health.degraded(failures.entrySet().stream()
                        .map(entry -> "deploy/" + entry.getKey() + " can't be installed: " + entry.getValue()
                                + "; correct or remove it")
                        .collect(Collectors.joining("; ")));
    }

    private void poll() {
        try {
            Map<String, String> now = directory.failures();
            now.forEach((name, reason) -> {
                if (!reason.equals(failures.put(name, reason))) {
                    LOG.warn(
                            "event=console.deployment.failed file={} reason={} remedy=\"correct or remove the file\"",
                            LogText.quoted("deploy/" + name),
                            LogText.quoted(reason));
                }
            });
            failures.keySet().removeIf(name -> {
                boolean isGone = !now.containsKey(name);
                if (isGone) {
                    LOG.info("event=console.deployment.recovered file={}", LogText.quoted("deploy/" + name));
                }
                return isGone;
            });
        } catch (IOException | RuntimeException e) {
            LOG.warn(
                    "event=console.deployment.unreadable retryMillis={} reason={}",
                    POLL_MILLIS,
                    LogText.quoted(e.toString()));
        }
    }
}
