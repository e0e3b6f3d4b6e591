package io.datahub.console.installed;

import java.util.List;
import java.util.Set;

/**
 * How a running hub differs from the distribution that it was started from.
 *
 * @param repositories URIs of feature repositories that were added
 * @param features requirements that were added, in Karaf's notation: {@code feature:name/[1.0.0,1.0.0]}
 * @param without names of features of the distribution that were uninstalled
 * @param bundles bundles that were installed individually, without a feature
 */
record Installation(Set<String> repositories, Set<String> features, Set<String> without, List<OwnBundle> bundles) {

    Installation {
        repositories = Set.copyOf(repositories);
        features = Set.copyOf(features);
        without = Set.copyOf(without);
        bundles = List.copyOf(bundles);
    }

    static Installation none() {
        return new Installation(Set.of(), Set.of(), Set.of(), List.of());
    }

    /**
     * A bundle and its stored copy.
     *
     * @param file the name of the copy in the directory of the record
     */
    record OwnBundle(String location, int startLevel, boolean started, String file) {}
}
