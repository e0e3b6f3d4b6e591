package io.datahub.jetty.handlers;

import io.datahub.api.log.LogText;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.util.tracker.BundleTracker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports the handlers declared by installed bundles to {@link HandlerRegistry}, so that a path whose handler is
 * starting, stopped or being replaced is answered with 503 instead of 404.
 */
public final class DeclaredHandlers extends BundleTracker<Bundle> {

    private static final Logger LOG = LoggerFactory.getLogger(DeclaredHandlers.class);

    private static final int INSTALLED =
            Bundle.INSTALLED | Bundle.RESOLVED | Bundle.STARTING | Bundle.ACTIVE | Bundle.STOPPING;

    private final HandlerRegistry registry;

    public DeclaredHandlers(BundleContext context, HandlerRegistry registry) {
        super(context, INSTALLED, null);
        this.registry = registry;
    }

    @Override
    public Bundle addingBundle(Bundle bundle, BundleEvent event) {
        registry.declare(bundle.getBundleId(), read(bundle));
        return bundle;
    }

    @Override
    public void modifiedBundle(Bundle bundle, BundleEvent event, Bundle same) {
        if (event != null && event.getType() == BundleEvent.UPDATED) {
            registry.declare(bundle.getBundleId(), read(bundle));
        }
    }

    @Override
    public void removedBundle(Bundle bundle, BundleEvent event, Bundle same) {
        registry.declare(bundle.getBundleId(), List.of());
    }

    private static List<DeclaredHandler> read(Bundle bundle) {
        var headers = bundle.getHeaders("");
        String components = headers.get("Service-Component");
        String imports = headers.get("Import-Package");
        if (components == null || imports == null || !imports.contains("org.eclipse.jetty.server")) {
            return List.of();
        }
        List<DeclaredHandler> mounts = new ArrayList<>();
        for (String each : components.split(",", -1)) {
            for (URL description : find(bundle, each.strip())) {
                try (InputStream in = description.openStream()) {
                    mounts.addAll(DeclaredHandler.read(in));
                } catch (IOException e) {
                    LOG.warn(
                            "event=http.handler.description-unreadable bundle={} file={}",
                            LogText.quoted(bundle),
                            LogText.quoted(description.getPath()),
                            e);
                }
            }
        }
        return mounts;
    }

    /** The files that an entry of the header matches; its last segment may contain wildcards. */
    private static List<URL> find(Bundle bundle, String entry) {
        int slash = entry.lastIndexOf('/');
        Enumeration<URL> urls =
                bundle.findEntries(slash < 0 ? "/" : entry.substring(0, slash), entry.substring(slash + 1), false);
        return urls == null ? List.of() : Collections.list(urls);
    }
}
