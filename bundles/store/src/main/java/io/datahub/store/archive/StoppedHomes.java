package io.datahub.store.archive;

import io.datahub.api.cluster.HomeArchive;
import io.datahub.api.cluster.HomeArchives;
import io.datahub.api.cluster.HomeTarget;
import io.datahub.api.record.ChangeListener;
import io.datahub.records.settings.StoreConfiguration;
import io.datahub.records.settings.StoreSettings;
import io.datahub.store.metadata.MetadataStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** Opens and writes homes with the store's settings. */
@Component(configurationPid = StoreConfiguration.PID)
public final class StoppedHomes implements HomeArchives {

    private final StoreSettings settings;

    @Activate
    public StoppedHomes(StoreConfiguration configuration) {
        this(StoreSettings.of(configuration));
    }

    StoppedHomes(StoreSettings settings) {
        this.settings = settings;
    }

    /**
     * Refuses a home on which no hub may start yet.
     *
     * @throws IOException if an export into it was begun and not finished; the message names the remedy
     */
    public static void requireFinished(Path home) throws IOException {
        Path unfinished = home.resolve("state").resolve(WrittenHome.UNFINISHED);
        if (Files.exists(unfinished)) {
            throw new IOException("the export of a cluster into the home " + home + " isn't finished (there is "
                    + unfinished + "), so records may be missing or outdated; repeat cluster-export at a hub of the"
                    + " cluster, or set DATAHUB_HOME to another directory");
        }
    }

    @Override
    public HomeArchive open(Path home) throws IOException {
        Path database = home.resolve("state").resolve("store.mv");
        if (!Files.isRegularFile(database) || !Files.isDirectory(home.resolve("files"))) {
            throw new IOException(home + " is no home of a hub: there is no " + database
                    + "; name the directory that was its DATAHUB_HOME");
        }
        MetadataStore metadata = new MetadataStore(database, () -> settings, change -> ChangeListener.DONE);
        try {
            if (metadata.isRebuilding() || !metadata.intents().isEmpty()) {
                throw new IOException("the hub of " + home
                        + " was killed while it changed records; start it on this home" + " once, and stop it again");
            }
            return new StoppedHome(home, metadata);
        } catch (IOException | RuntimeException e) {
            metadata.close();
            throw e;
        }
    }

    @Override
    public HomeTarget create(Path home, String epoch, long oldest) throws IOException {
        return WrittenHome.create(home, epoch, oldest, settings.source());
    }
}
