package io.datahub.store;

import io.datahub.api.Home;
import io.datahub.api.log.LogText;
import io.datahub.records.settings.StoreConfiguration;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the home and its lock while the hub runs. The service has the key {@code ledger} of the cluster's configuration
 * as a property: if it is set, the records are in the cluster, and the components of this bundle that keep them on disk
 * aren't activated.
 */
@Component(
        service = Home.class,
        configurationPid = {StoreConfiguration.PID, HomeService.CLUSTER_PID},
        immediate = true)
public final class HomeService implements Home {

    static final String CLUSTER_PID = "io.datahub.cluster";

    /** Filter of the home of a hub that keeps the records on its disk. */
    static final String ALONE = "(|(!(ledger=*))(ledger=))";

    private static final Logger LOG = LoggerFactory.getLogger(HomeService.class);

    private final HomeDirectory directory;
    private volatile Optional<Path> sharedSecrets;

    @Activate
    public HomeService(BundleContext context, StoreConfiguration configuration, Map<String, Object> properties)
            throws IOException {
        sharedSecrets = sharedSecrets(properties);
        directory = new HomeDirectory(path(context, configuration));
        LOG.info("event=store.home.opened path={}", LogText.quoted(directory.root()));
    }

    private static Path path(BundleContext context, StoreConfiguration configuration) {
        return path(configuration.home(), System.getenv("DATAHUB_HOME"), context.getProperty("karaf.base"));
    }

    /** The configured directory, or else that of the environment, or else a directory in Karaf's base. */
    static Path path(String configured, String environment, String karafBase) {
        if (!configured.isBlank()) {
            return Path.of(configured.strip());
        }
        if (environment != null && !environment.isBlank()) {
            return Path.of(environment.strip());
        }
        if (karafBase == null) {
            throw new IllegalStateException(
                    "the home is not configured; set home in io.datahub.store.cfg or DATAHUB_HOME");
        }
        return Path.of(karafBase, "datahub");
    }

    private static Optional<Path> sharedSecrets(Map<String, Object> properties) {
        String ledger = String.valueOf(properties.getOrDefault("ledger", ""));
        String folder = String.valueOf(properties.getOrDefault("secrets", ""));
        return ledger.isBlank() || folder.isBlank() ? Optional.empty() : Optional.of(Path.of(folder.strip()));
    }

    @Modified
    void modified(BundleContext context, StoreConfiguration configuration, Map<String, Object> properties) {
        sharedSecrets = sharedSecrets(properties);
        Path configured = path(context, configuration).toAbsolutePath().normalize();
        if (!configured.equals(directory.root())) {
            LOG.warn(
                    "event=store.home.change-pending path={} configured={} remedy=\"restart the hub\"",
                    LogText.quoted(directory.root()),
                    LogText.quoted(configured));
        }
    }

    @Deactivate
    void deactivate() throws IOException {
        directory.close();
        LOG.info("event=store.home.closed path={}", LogText.quoted(directory.root()));
    }

    @Override
    public Optional<Path> sharedSecrets() {
        return sharedSecrets;
    }

    @Override
    public Path root() {
        return directory.root();
    }
}
