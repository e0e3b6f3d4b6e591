package io.datahub.console.installed;

import io.datahub.api.log.LogText;
import io.datahub.console.installed.Installation.OwnBundle;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.karaf.features.FeaturesService;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reinstalls what a record lists. An item that is no longer available is logged and skipped. */
final class InstallationRestorer {

    private static final Logger LOG = LoggerFactory.getLogger(InstallationRestorer.class);
    private static final String REGION = "root";

    private final FeaturesService features;
    private final BundleContext context;
    private final Path copies;

    InstallationRestorer(FeaturesService features, BundleContext context, Path copies) {
        this.features = features;
        this.context = context;
        this.copies = copies;
    }

    void restore(Installation installation) {
        installation
                .repositories()
                .forEach(uri -> attempt("repository", uri, () -> features.addRepository(URI.create(uri))));
        installation.bundles().forEach(bundle -> attempt("bundle", bundle.location(), () -> install(bundle)));
        installation.features().forEach(feature -> attempt("feature", feature, () -> require(feature)));
        if (!installation.without().isEmpty()) {
            attempt("without", installation.without().toString(), () -> uninstall(installation.without()));
        }
    }

    private void require(String feature) throws Exception {
        if (!features.listRequirements().getOrDefault(REGION, Set.of()).contains(feature)) {
            features.addRequirements(
                    Map.of(REGION, Set.of(feature)), EnumSet.of(FeaturesService.Option.NoAutoRefreshBundles));
        }
    }

    private void uninstall(Set<String> names) throws Exception {
        Set<String> present = features.listRequirements().getOrDefault(REGION, Set.of()).stream()
                .filter(requirement -> names.contains(Distribution.name(requirement)))
                .collect(Collectors.toSet());
        if (!present.isEmpty()) {
            features.removeRequirements(
                    Map.of(REGION, present), EnumSet.of(FeaturesService.Option.NoAutoRefreshBundles));
        }
    }

    private void install(OwnBundle ownBundle) throws Exception {
        if (context.getBundle(ownBundle.location()) != null) {
            return;
        }
        try (InputStream copy = Files.newInputStream(copies.resolve(ownBundle.file()))) {
            Bundle bundle = context.installBundle(ownBundle.location(), copy);
            bundle.adapt(BundleStartLevel.class).setStartLevel(ownBundle.startLevel());
            if (ownBundle.started()) {
                bundle.start();
            }
        }
    }

    private static void attempt(String kind, String what, Step step) {
        try {
            step.run();
            LOG.info("event=console.installation.restored kind={} name={}", kind, LogText.quoted(what));
        } catch (Exception e) {
            LOG.warn(
                    "event=console.installation.restore-failed kind={} name={} reason={}",
                    kind,
                    LogText.quoted(what),
                    LogText.quoted(e.toString()));
        }
    }

    /** Restores one item. */
    private interface Step {
        void run() throws Exception;
    }
}
