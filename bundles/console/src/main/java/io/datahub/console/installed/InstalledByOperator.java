package io.datahub.console.installed;

import io.datahub.api.health.Health;
import io.datahub.api.health.HealthCheck;
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
 * Sees to it that what is installed at run time lasts although the framework's cache doesn't.
 *
 * <p>It works only where the hub's own launcher names a folder for the record; in somebody else's Karaf the cache lasts,
 * and what is installed there is none of our business. As a part of the hub's health it says when everything is
 * installed, so that nobody uses a hub before the operator's validators are back. Threads: events of the framework only
 * set work for one thread.
 */
@Component(service = HealthCheck.class, immediate = true, property = HealthCheck.NAME + "=features")
public final class InstalledByOperator implements FeaturesListener, BundleListener, HealthCheck {

    /** The system property that names the folder of the record. */
    static final String FOLDER = "datahub.installed";

    private static final Logger LOG = LoggerFactory.getLogger(InstalledByOperator.class);
    private static final Health INSTALLED = Health.ready("all installed");
    private static final long SETTLE_MILLIS = 500;
    private static final long END_SECONDS = 10;

    private final FeaturesService features;
    private final BundleContext context;
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private volatile Health health = Health.down("features are still being installed");
    private final ScheduledExecutorService worker =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "datahub-installed"));

    @Activate
    public InstalledByOperator(BundleContext context, @Reference FeaturesService features) {
        this.context = context;
        this.features = features;
    }

    /** The features of the distribution are all there: now is the time to add to them. */
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
    void bindBootFinished(BootFinished finished) {
        String folder = context.getProperty(FOLDER);
        if (folder == null) {
            health = INSTALLED;
        } else {
            worker.execute(() -> begin(new InstallationRecord(Path.of(folder))));
        }
    }

    void unbindBootFinished(BootFinished finished) {
        // The service goes only when the framework stops.
    }

    @Deactivate
    void stop() throws InterruptedException {
        features.unregisterListener((FeaturesListener) this);
        context.removeBundleListener(this);
        worker.shutdownNow();
        if (!worker.awaitTermination(END_SECONDS, TimeUnit.SECONDS)) {
            LOG.warn("installation record busy after seconds={}", END_SECONDS);
        }
    }

    @Override
    public Health check() {
        return health;
    }

    @Override
    public void featureEvent(FeatureEvent event) {
        settle();
    }

    @Override
    public void repositoryEvent(RepositoryEvent event) {
        settle();
    }

    @Override
    public void bundleChanged(BundleEvent event) {
        settle();
    }

    private void begin(InstallationRecord record) {
        try {
            File done = context.getDataFile("restored");
            if (!done.exists()) {
                new InstallationRestorer(features, context, record.folder()).of(record.read());
                Files.createFile(done.toPath());
            }
        } catch (IOException e) {
            LOG.error("installation record unreadable folder={} reason={}", record.folder(), e.toString());
            health = Health.down("the record in " + record.folder() + " can't be read (" + e.getMessage()
                    + "); mend or delete it and restart");
            return;
        }
        health = INSTALLED;
        features.registerListener((FeaturesListener) this);
        context.addBundleListener(this);
        settle();
    }

    private void settle() {
        if (scheduled.compareAndSet(false, true)) {
            try {
                var unused = worker.schedule(this::record, SETTLE_MILLIS, TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException e) {
                LOG.debug("installation record closed");
            }
        }
    }

    private void record() {
        scheduled.set(false);
        try {
            InstallationRecord record = new InstallationRecord(Path.of(context.getProperty(FOLDER)));
            Distribution distribution = Distribution.read(Path.of(context.getProperty("karaf.etc")));
            String deploy =
                    Path.of(context.getProperty("karaf.base"), "deploy").toUri().getRawPath();
            Installation now = new DistributionDiff(features, context, distribution, deploy, record.folder()).take();
            if (!now.equals(record.read())) {
                record.write(now);
                LOG.info("installation recorded {}", now);
            }
        } catch (Exception e) {
            LOG.error("installation not recorded reason={}", e.toString());
        }
    }
}
