package io.datahub.config;

import io.datahub.api.config.ConfigurationProblem;
import io.datahub.api.config.ConfigurationProblems;
import io.datahub.api.health.Health;
import io.datahub.api.health.HealthCheck;
import io.datahub.api.log.LogText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.osgi.framework.BundleContext;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads the hub's configuration files into Configuration Admin, in place of Karaf's file installer. Never writes a
 * file.
 *
 * <p>An invalid file is rejected, and its previous valid version stays in effect. Works only if the launcher sets
 * {@value #DIRECTORY}; in a stock Karaf, Karaf's own file installer loads the files. Threads: the constructor loads all
 * files; after that a single thread checks for changes every second.
 */
@Component(
        service = {HealthCheck.class, ConfigurationProblems.class},
        immediate = true,
        property = HealthCheck.NAME + "=configuration")
public final class ConfigurationFiles implements HealthCheck, ConfigurationProblems {

    /** The framework property that names the directory of the configuration files. */
    static final String DIRECTORY = "datahub.configuration";

    private static final Logger LOG = LoggerFactory.getLogger(ConfigurationFiles.class);
    private static final long POLL_MILLIS = 1_000;
    private static final long STOP_TIMEOUT_SECONDS = 10;

    private final String directory;
    private final ConfigurationLoader loader;
    private final FailedComponents failed;
    private final ScheduledExecutorService executor =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "datahub-config"));

    @Activate
    public ConfigurationFiles(
            BundleContext context, @Reference ConfigurationAdmin admin, @Reference ServiceComponentRuntime components)
            throws IOException {
        failed = new FailedComponents(components);
        directory = context.getProperty(DIRECTORY);
        Path path = directory == null ? null : Path.of(directory);
        loader = new ConfigurationLoader(
                path,
                new InstalledBundles(context),
                new Configurations(admin, path),
                CfgFile.variables(System.getenv(), context::getProperty));
        if (directory != null) {
            loader.start();
            var unused = executor.scheduleWithFixedDelay(this::poll, POLL_MILLIS, POLL_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    @Deactivate
    void stop() throws InterruptedException {
        executor.shutdownNow();
        executor.awaitTermination(STOP_TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }

    /**
     * Down if a file has been invalid since startup; degraded if a file is invalid that was added or changed later, or if the
     * component of a file can't be activated.
     */
    @Override
    public Health check() {
        Health files = loader.check();
        String failures =
                failures().stream().map(ConfigurationProblem::toString).collect(Collectors.joining("; "));
        if (failures.isEmpty()) {
            return files;
        }
        String text = loader.problems().isEmpty() ? failures : files.detail() + "; " + failures;
        return files.ready() ? Health.degraded(text) : Health.down(text);
    }

    @Override
    public List<ConfigurationProblem> problems() {
        return Stream.concat(loader.problems().stream(), failures().stream()).toList();
    }

    /** The files in effect whose component can't be activated. */
    private List<ConfigurationProblem> failures() {
        return failed.of(loader.filesInEffect());
    }

    private void poll() {
        try {
            loader.poll();
        } catch (IOException | RuntimeException e) {
            LOG.warn(
                    "event=config.directory.unreadable directory={} retryMillis={} reason={}",
                    directory,
                    POLL_MILLIS,
                    LogText.quoted(e.toString()));
        }
    }
}
