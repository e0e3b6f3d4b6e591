package org.example.witness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.FrameworkListener;
import org.osgi.framework.SynchronousBundleListener;

/** Somebody else's component in a container: it writes down whatever happens to bundles, and to itself. */
public final class Witness {

    private Path book;

    void activate(BundleContext context) {
        book = Path.of(System.getProperty("karaf.base"), "witness.log");
        write("component activated");
        context.addBundleListener((SynchronousBundleListener) this::note);
        context.addFrameworkListener((FrameworkListener) event -> {
            if (event.getType() == FrameworkEvent.PACKAGES_REFRESHED) {
                write("framework packages-refreshed");
            }
        });
    }

    void deactivate() {
        write("component deactivated");
    }

    private void note(BundleEvent event) {
        write("bundle " + event.getBundle().getBundleId() + " " + name(event.getType()) + " "
                + event.getBundle().getSymbolicName());
    }

    private static String name(int type) {
        return switch (type) {
            case BundleEvent.INSTALLED -> "installed";
            case BundleEvent.STARTED -> "started";
            case BundleEvent.STOPPED -> "stopped";
            case BundleEvent.UPDATED -> "updated";
            case BundleEvent.UNRESOLVED -> "unresolved";
            case BundleEvent.UNINSTALLED -> "uninstalled";
            default -> "other";
        };
    }

    private synchronized void write(String line) {
        try {
            Files.writeString(book, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
