package io.datahub.console.installed;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.apache.karaf.features.Feature;
import org.apache.karaf.features.FeaturesService;
import org.apache.karaf.features.Repository;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

class DistributionDiffTest {

    private static final Distribution DISTRIBUTION = new Distribution(Set.of("mvn:own"), Set.of("own"), Set.of());

    @Test
    void shouldFindTheFeaturesThatTheOperatorInstalled() throws Exception {
        Installation installation =
                diff(Map.of("mvn:own", "own", "mvn:others", "theirs"), "feature:own", "feature:theirs/[1.0,1.0]");

        assertThat(installation.repositories()).containsExactly("mvn:others");
        assertThat(installation.features()).containsExactly("feature:theirs/[1.0,1.0]");
        assertThat(installation.without()).isEmpty();
    }

    @Test
    void shouldLeaveOutWhatComesBackWithItsFile() throws Exception {
        Installation installation = diff(
                Map.of("mvn:own", "own", "file:/home/deploy/a.xml", "dropped", "bundle:7/b.xml", "inside"),
                "feature:own",
                "feature:dropped/[1.0,1.0]",
                "feature:inside/[1.0,1.0]");

        assertThat(installation).isEqualTo(Installation.none());
    }

    @Test
    void shouldLeaveOutAFeatureWhoseRepositoryIsBeingRemoved() throws Exception {
        assertThat(diff(Map.of("mvn:own", "own"), "feature:own", "feature:dropped/[1.0,1.0]"))
                .isEqualTo(Installation.none());
    }

    @Test
    void shouldFindTheFeaturesOfTheDistributionThatTheOperatorUninstalled() throws Exception {
        assertThat(diff(Map.of("mvn:own", "own")).without()).containsExactly("own");
    }

    /** What is computed for repositories with one feature each, and these requirements. */
    private static Installation diff(Map<String, String> featureOfRepository, String... requirements) throws Exception {
        Repository[] repositories = featureOfRepository.entrySet().stream()
                .map(entry -> repository(entry.getKey(), entry.getValue()))
                .toArray(Repository[]::new);
        FeaturesService features = proxy(FeaturesService.class, (self, method, arguments) -> switch (method.getName()) {
            case "listRequirements" -> Map.of("root", Set.of(requirements));
            case "listRepositories", "listRequiredRepositories" -> repositories;
            case "listInstalledFeatures" -> new Feature[0];
            default -> throw new UnsupportedOperationException(method.getName());
        });
        BundleContext context = proxy(BundleContext.class, (self, method, arguments) -> switch (method.getName()) {
            case "getProperty" -> "/home";
            case "getBundles" -> new Bundle[0];
            default -> throw new UnsupportedOperationException(method.getName());
        });
        return new DistributionDiff(features, context, DISTRIBUTION, Path.of("copies")).compute();
    }

    private static Repository repository(String uri, String featureName) {
        Feature feature = proxy(Feature.class, (self, method, arguments) -> featureName);
        return proxy(
                Repository.class,
                (self, method, arguments) ->
                        method.getName().equals("getURI") ? URI.create(uri) : new Feature[] {feature});
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }
}
