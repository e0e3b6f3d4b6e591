package io.datahub.console.installed;

import io.datahub.api.log.FailureText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.apache.karaf.features.Feature;
import org.apache.karaf.features.FeaturesService;
import org.apache.karaf.features.Repository;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.framework.wiring.BundleRevision;

/** Determines whether a file in {@code deploy/} was installed, and if not, why. For one thread. */
final class InstalledFiles {

    private static final int MAX_REASON = 500;
    private static final String REPOSITORY = "feature:";
    private static final List<String> CONFIGURATIONS = List.of(".cfg", ".config");

    private final BundleContext context;
    private final FeaturesService features;
    private final Map<String, String> reasons = new HashMap<>();

    InstalledFiles(BundleContext context, FeaturesService features) {
        this.context = context;
        this.features = features;
    }

    /** Returns why the file isn't installed, in one line; empty if it is installed. */
    Optional<String> failureReason(Path file) {
        String name = file.getFileName().toString();
        if (CONFIGURATIONS.stream().anyMatch(name::endsWith)) {
            return Optional.empty();
        }
        String urlPath = file.toUri().getRawPath();
        Optional<Bundle> bundle = Arrays.stream(context.getBundles())
                .filter(one -> one.getLocation().contains(urlPath))
                .findFirst();
        boolean isRepository = name.endsWith(".xml")
                && bundle.map(Bundle::getLocation)
                        .map(location -> location.startsWith(REPOSITORY))
                        .orElse(true);
        Optional<String> failureReason = isRepository
                ? failureOfFeatures(file)
                : bundle.isPresent() ? failureOf(bundle.get()) : Optional.of(unreadable(file));
        return failureReason.filter(reason -> !reason.isEmpty()).map(InstalledFiles::singleLine);
    }

    /**
     * Handles a bundle that doesn't run although no one stopped it: starting it again makes the framework report the
     * reason.
     */
    private static Optional<String> failureOf(Bundle bundle) {
        boolean isFragment = (bundle.adapt(BundleRevision.class).getTypes() & BundleRevision.TYPE_FRAGMENT) != 0;
        boolean isStopped = !bundle.adapt(BundleStartLevel.class).isPersistentlyStarted();
        if (isFragment || isStopped || (bundle.getState() & (Bundle.INSTALLED | Bundle.RESOLVED)) == 0) {
            return Optional.empty();
        }
        try {
            bundle.start(Bundle.START_TRANSIENT | Bundle.START_ACTIVATION_POLICY);
            return Optional.empty();
        } catch (BundleException | IllegalStateException e) {
            return Optional.of(FailureText.of(e));
        }
    }

    private Optional<String> failureOfFeatures(Path file) {
        try {
            for (Repository repository : features.listRepositories()) {
                if (repository.getURI().toString().endsWith("/" + file.getFileName())) {
                    return notInstalled(repository);
                }
            }
        } catch (Exception e) {
            return Optional.of(FailureText.of(e));
        }
        return Optional.of(unreadable(file));
    }

    /** Simulates the installation of each feature once, to find out what it lacks. */
    private Optional<String> notInstalled(Repository repository) throws Exception {
        Stream<Feature> wanted =
                Arrays.stream(repository.getFeatures()).filter(feature -> "auto".equals(feature.getInstall()));
        for (Feature feature : wanted.toList()) {
            if (!features.isInstalled(feature)) {
                return Optional.of("its feature " + feature.getName() + " isn't installed: "
                        + reasons.computeIfAbsent(
                                repository.getURI() + " " + feature.getId(), key -> simulate(feature)));
            }
        }
        return Optional.empty();
    }

    private String simulate(Feature feature) {
        try {
            features.installFeature(
                    feature, EnumSet.of(FeaturesService.Option.Simulate, FeaturesService.Option.NoAutoRefreshBundles));
            return "the log has the reason";
        } catch (Exception e) {
            return FailureText.of(e);
        }
    }

    /** Returns what is wrong with the file itself; empty if that can't be determined. */
    private static String unreadable(Path file) {
        String name = file.getFileName().toString();
        try {
            if (name.endsWith(".xml")) {
                read(file);
                return "it isn't a valid feature repository; the log has details";
            }
            if (name.endsWith(".jar") || name.endsWith(".kar") || name.endsWith(".war")) {
                new JarFile(file.toFile()).close();
                return name.endsWith(".kar") ? "" : "the archive can't be installed; the log has details";
            }
            return "files of this type can't be installed";
        } catch (IOException | XMLStreamException e) {
            return "it is damaged: " + FailureText.of(e);
        }
    }

    private static void read(Path file) throws IOException, XMLStreamException {
        XMLInputFactory factory = XMLInputFactory.newInstance();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        try (var in = java.nio.file.Files.newInputStream(file)) {
            XMLStreamReader xml = factory.createXMLStreamReader(in);
            while (xml.hasNext()) {
                xml.next();
            }
        }
    }

    private static String singleLine(String reason) {
        String singleLine =
                reason.replaceAll("[\\p{Cntrl}\\s]+", " ").replace('"', '\'').strip();
        return singleLine.length() <= MAX_REASON ? singleLine : singleLine.substring(0, MAX_REASON) + " ...";
    }
}
