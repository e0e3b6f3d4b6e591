package io.datahub.store;

import io.datahub.api.Home;
import io.datahub.store.settings.StoreConfiguration;
import java.io.IOException;
import java.nio.file.Path;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Holds the home and its lock while the hub runs. */
@Component(service = Home.class, configurationPid = StoreConfiguration.PID, immediate = true)
public final class HomeService implements Home {

    private static final Logger LOG = LoggerFactory.getLogger("io.datahub.store");

    private final HomeFolder folder;

    @Activate
    public HomeService(BundleContext context, StoreConfiguration configuration) throws IOException {
        folder = new HomeFolder(path(context, configuration));
        LOG.info("event=home-ready path=\"{}\"", folder.root());
    }

    private static Path path(BundleContext context, StoreConfiguration configuration) {
        return path(configuration.home(), System.getenv("DATAHUB_HOME"), context.getProperty("karaf.base"));
    }

    /** The configured folder, or else that of the environment, or else a folder in Karaf's base. */
    static Path path(String configured, String environment, String karafBase) {
        if (!configured.isBlank()) {
            return Path.of(configured.strip());
        }
        if (environment != null && !environment.isBlank()) {
            return Path.of(environment.strip());
        }
        if (karafBase == null) {
            throw new IllegalStateException("home is not configured; set it in io.datahub.store.cfg or DATAHUB_HOME");
        }
        return Path.of(karafBase, "datahub");
    }

    @Modified
    void modified(BundleContext context, StoreConfiguration configuration) {
        Path configured = path(context, configuration).toAbsolutePath().normalize();
        if (!configured.equals(folder.root())) {
            LOG.warn(
                    "event=home-unchanged path=\"{}\" wanted=\"{}\" cure=\"restart the hub\"",
                    folder.root(),
                    configured);
        }
    }

    @Deactivate
    void deactivate() throws IOException {
        folder.close();
        LOG.info("event=home-closed path=\"{}\"", folder.root());
    }

    @Override
    public Path root() {
        return folder.root();
    }
}
