package io.datahub.config;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/** What the installed bundles can be configured by. */
final class InstalledBundles {

    private final BundleContext context;

    InstalledBundles(BundleContext context) {
        this.context = context;
    }

    /** Changes with each bundle that is installed, updated or uninstalled. */
    Map<Long, Long> fingerprint() {
        return Arrays.stream(context.getBundles())
                .collect(Collectors.toMap(Bundle::getBundleId, Bundle::getLastModified));
    }

    /** The definitions of the hub's own bundles. */
    Schemas schemas() throws IOException {
        Schemas schemas = new Schemas();
        for (Bundle bundle : context.getBundles()) {
            if (String.valueOf(bundle.getSymbolicName()).startsWith("datahub-")) {
                for (URL metatype : entries(bundle, "OSGI-INF/metatype/")) {
                    try (InputStream in = metatype.openStream()) {
                        schemas.add(in);
                    }
                }
            }
        }
        return schemas;
    }

    /** The PIDs of the components of all bundles. */
    Set<String> componentPids() throws IOException {
        Set<String> pids = new HashSet<>();
        for (Bundle bundle : context.getBundles()) {
            for (URL description : entries(bundle, "OSGI-INF/")) {
                try (InputStream in = description.openStream()) {
                    pids.addAll(ComponentPids.read(in));
                }
            }
        }
        return pids;
    }

    private static List<URL> entries(Bundle bundle, String directory) {
        var paths = bundle.getEntryPaths(directory);
        return (paths == null ? List.<String>of() : Collections.list(paths))
                .stream()
                        .filter(path -> path.endsWith(".xml"))
                        .map(bundle::getEntry)
                        .toList();
    }
}
