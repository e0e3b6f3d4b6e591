package io.datahub.console.installed;

import io.datahub.console.installed.Installation.OwnBundle;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.karaf.features.BundleInfo;
import org.apache.karaf.features.Conditional;
import org.apache.karaf.features.Feature;
import org.apache.karaf.features.FeaturesService;
import org.apache.karaf.features.Repository;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.startlevel.BundleStartLevel;

/** Determines how the running framework differs from the distribution. Files in {@code deploy/} are excluded. */
final class DistributionDiff {

    /** How the address of a file in a bundle begins. */
    private static final String IN_BUNDLE = "bundle:";

    private final FeaturesService features;
    private final BundleContext context;
    private final Distribution distribution;
    private final String deploy;
    private final Path copies;

    DistributionDiff(FeaturesService features, BundleContext context, Distribution distribution, Path copies) {
        this.features = features;
        this.context = context;
        this.distribution = distribution;
        this.deploy = deploy(context);
        this.copies = copies;
    }

    Installation compute() throws Exception {
        Set<String> required = features.listRequirements().getOrDefault("root", Set.of());
        Set<String> restorable = restorableFeatures();
        Set<String> added = required.stream()
                .filter(requirement -> requirement.startsWith("feature:"))
                .filter(requirement -> !distribution.features().contains(Distribution.name(requirement)))
                .filter(requirement -> restorable.contains(Distribution.name(requirement)))
                .collect(Collectors.toSet());
        Set<String> removed = new TreeSet<>(distribution.features());
        required.forEach(requirement -> removed.remove(Distribution.name(requirement)));
        return new Installation(repositories(), added, removed, bundles());
    }

    private Set<String> repositories() throws Exception {
        return Arrays.stream(features.listRequiredRepositories())
                .filter(repository -> !comesBack(repository, deploy))
                .map(repository -> repository.getURI().toString())
                .filter(uri -> !distribution.repositories().contains(uri))
                .collect(Collectors.toSet());
    }

    /**
     * The features that a repository has, without those that come back by themselves. Of a file that is removed from
     * {@code deploy/} the repository is gone before its features are, for as long as Karaf resolves what is left.
     */
    private Set<String> restorableFeatures() throws Exception {
        Set<String> restorable = new HashSet<>();
        Set<String> comingBack = new HashSet<>();
        for (Repository repository : features.listRepositories()) {
            Set<String> names = comesBack(repository, deploy) ? comingBack : restorable;
            Arrays.stream(repository.getFeatures()).forEach(feature -> names.add(feature.getName()));
        }
        restorable.removeAll(comingBack);
        return restorable;
    }

    private List<OwnBundle> bundles() throws Exception {
        Set<String> featureBundles = Arrays.stream(features.listInstalledFeatures())
                .flatMap(DistributionDiff::bundlesOf)
                .map(BundleInfo::getLocation)
                .collect(Collectors.toSet());
        List<OwnBundle> bundles = new ArrayList<>();
        for (Bundle bundle : context.getBundles()) {
            String location = bundle.getLocation();
            if (bundle.getBundleId() != 0
                    && !featureBundles.contains(location)
                    && !distribution.bundles().contains(location)
                    && !isInDeploy(location)) {
                bundles.add(ownBundle(bundle));
            }
        }
        return bundles;
    }

    private OwnBundle ownBundle(Bundle bundle) throws IOException {
        BundleStartLevel level = bundle.adapt(BundleStartLevel.class);
        return new OwnBundle(
                bundle.getLocation(),
                level.getStartLevel(),
                level.isPersistentlyStarted(),
                BundleCopy.in(copies, bundle));
    }

    private static Stream<BundleInfo> bundlesOf(Feature feature) {
        Stream<BundleInfo> conditional =
                feature.getConditional().stream().map(Conditional::getBundles).flatMap(List::stream);
        return Stream.concat(feature.getBundles().stream(), conditional);
    }

    /**
     * Whether a repository is added again, with its features, by the bundle that contains it, such as the one that Karaf
     * makes of a feature file in {@code deploy/}. Its address is valid only in this run of the framework.
     */
    static boolean comesBack(Repository repository, String deploy) {
        String uri = repository.getURI().toString();
        return uri.startsWith(IN_BUNDLE) || uri.contains(deploy);
    }

    /** How the path of a file in {@code deploy/} begins in a URI. */
    static String deploy(BundleContext context) {
        return Path.of(context.getProperty("karaf.base"), "deploy").toUri().getRawPath();
    }

    private boolean isInDeploy(String location) {
        return location.contains(deploy);
    }
}
