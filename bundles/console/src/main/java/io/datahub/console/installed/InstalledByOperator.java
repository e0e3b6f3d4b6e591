package io.datahub.console.installed;

import io.datahub.api.health.Health;
import io.datahub.api.health.HealthCheck;
import io.datahub.api.log.FailureText;
import io.datahub.api.log.LogText;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.karaf.features.BootFinished;
import org.apache.karaf.features.DeploymentEvent;
import org.apache.karaf.features.DeploymentListener;
import org.apache.karaf.features.FeatureEvent;
import org.apache.karaf.features.FeaturesListener;
import org.apache.karaf.features.FeaturesService;
import org.apache.karaf.features.RepositoryEvent;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.BundleListener;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes features and bundles that were installed at run time persistent although the framework's cache is not.
 *
 * <p>Active only if the hub's own launcher names a directory for the record; in any other Karaf the cache is
 * persistent, and installed features and bundles are not our concern. The health check {@code features} is down until
 * everything is installed, so that no one uses the hub before the operator's validators are restored. Threads:
 * framework events only schedule work for a single thread.
 */
@Component(service = HealthCheck.class, immediate = true, property = HealthCheck.NAME + "=features")
public final class InstalledByOperator implements FeaturesListener, DeploymentListener, BundleListener, HealthCheck {

    /** The system property that names the directory of the record. */
    static final String DIRECTORY = "datahub.installed";

    private static final Logger LOG = LoggerFactory.getLogger(InstalledByOperator.class);
    private static final Health INSTALLED = Health.ready("all installed");
    private static final long DEBOUNCE_MILLIS = 500;

    private static final long STOP_TIMEOUT_SECONDS = 10;

    private final FeaturesService features;
    private final BundleContext context;
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final DeploymentHold deployment = new DeploymentHold(System::nanoTime);
    private volatile Health health = Health.down("features are still being installed");
    private final ScheduledExecutorService worker =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "datahub-installed"));

    @Activate
    public InstalledByOperator(BundleContext context, @Reference FeaturesService features) {
        this.context = context;
        this.features = features;
    }

    /** All features of the distribution are installed; additional ones can be restored now. */
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
    void bindBootFinished(BootFinished finished) {
        String directory = context.getProperty(DIRECTORY);
        if (directory == null) {
            health = INSTALLED;
        } else {
            worker.execute(() -> restore(new InstallationRecord(Path.of(directory))));
        }
    }

    void unbindBootFinished(BootFinished finished) {
        // The service is unregistered only when the framework stops.
    }

    @Deactivate
    void stop() throws InterruptedException {
        features.unregisterListener((FeaturesListener) this);
        features.unregisterListener((DeploymentListener) this);
        context.removeBundleListener(this);
        worker.shutdownNow();
        if (!worker.awaitTermination(STOP_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
            LOG.warn("event=console.installation.stop-timed-out timeoutSeconds={}", STOP_TIMEOUT_SECONDS);
        }
    }

    @Override
    public Health check() {
        return health;
    }

    @Override
    public void featureEvent(FeatureEvent event) {
        scheduleRecord();
    }

    /**
     * When a file with features is removed from {@code deploy/}, their repository is gone some time before they are
     * undeployed, during which their bundles belong to no feature that is known.
     */
    @Override
    public void repositoryEvent(RepositoryEvent event) {
        if (event.getType() == RepositoryEvent.EventType.RepositoryRemoved
                && DistributionDiff.comesBack(event.getRepository(), DistributionDiff.deploy(context))) {
            deployment.begin();
        }
        scheduleRecord();
    }

    @Override
    public void deploymentEvent(DeploymentEvent event) {
        if (event == DeploymentEvent.DEPLOYMENT_STARTED) {
            deployment.begin();
        } else if (event == DeploymentEvent.DEPLOYMENT_FINISHED) {
            deployment.end();
        }
        scheduleRecord();
    }

    @Override
    public void bundleChanged(BundleEvent event) {
        scheduleRecord();
    }

    private void restore(InstallationRecord record) {
        try {
            File restored = context.getDataFile("restored");
            if (!restored.exists()) {
                new InstallationRestorer(features, context, record.directory()).restore(record.read());
                Files.createFile(restored.toPath());
            }
        } catch (IOException e) {
            LOG.error(
                    "event=console.installation.unreadable directory={} reason={} remedy=\"repair or delete the "
                            + "directory and restart\"",
                    record.directory(),
                    LogText.quoted(e.toString()));
            health = Health.down("the record in " + record.directory() + " can't be read (" + FailureText.of(e)
                    + "); repair or delete it and restart");
            return;
        }
        health = INSTALLED;
        features.registerListener((FeaturesListener) this);
        features.registerListener((DeploymentListener) this);
        context.addBundleListener(this);
        scheduleRecord();
    }

    private void scheduleRecord() {
        if (scheduled.compareAndSet(false, true)) {
            try {
                var unused = worker.schedule(this::record, DEBOUNCE_MILLIS, TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException e) {
                LOG.debug("event=console.installation.closed");
            }
        }
    }

    private void record() {
        scheduled.set(false);
        long before = deployment.count();
        if (deployment.isActive()) {
            scheduleRecord();
            return;
        }
        try {
            InstallationRecord record = new InstallationRecord(Path.of(context.getProperty(DIRECTORY)));
            Distribution distribution = Distribution.read(Path.of(context.getProperty("karaf.etc")));
            Installation current = new DistributionDiff(features, context, distribution, record.directory()).compute();
            if (deployment.count() != before) {
                scheduleRecord();
            } else if (!current.equals(record.read())) {
                record.write(current);
                LOG.info(
                        "event=console.installation.recorded repositories={} bundles={} features={} without={}",
                        current.repositories().size(),
                        current.bundles().size(),
                        LogText.quoted(current.features()),
                        LogText.quoted(current.without()));
            }
        } catch (Exception e) {
            LOG.error("event=console.installation.record-failed reason={}", LogText.quoted(e.toString()));
        }
    }
}
