package io.datahub.console.installed;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What Karaf installs at boot according to its configuration.
 *
 * @param repositories URIs of its feature repositories
 * @param features names of its boot features
 * @param bundles locations of its startup bundles
 */
record Distribution(Set<String> repositories, Set<String> features, Set<String> bundles) {

    static Distribution read(Path etc) throws IOException {
        Properties features = load(etc.resolve("org.apache.karaf.features.cfg"));
        return new Distribution(
                list(features, "featuresRepositories"),
                list(features, "featuresBoot").stream().map(Distribution::name).collect(Collectors.toSet()),
                load(etc.resolve("startup.properties")).stringPropertyNames());
    }

    /** Returns the name of a feature given as {@code name}, {@code name/version} or {@code feature:name/range}. */
    static String name(String feature) {
        String plain = feature.startsWith("feature:") ? feature.substring("feature:".length()) : feature;
        int version = plain.indexOf('/');
        return version < 0 ? plain : plain.substring(0, version);
    }

    /** Parses a list of Karaf's; its parentheses only group features that are installed together. */
    private static Set<String> list(Properties properties, String key) {
        return Arrays.stream(properties.getProperty(key, "").split("[,()\\s]+"))
                .filter(word -> !word.isEmpty())
                .collect(Collectors.toSet());
    }

    private static Properties load(Path file) throws IOException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        }
        return properties;
    }
}
