package io.datahub.launcher.subject;

import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.hooks.weaving.WeavingHook;
import org.osgi.framework.namespace.PackageNamespace;
import org.osgi.framework.wiring.BundleWiring;

/**
 * Registers the {@link SubjectWeaver} on Java 23 and later, before the first bundle is started: Karaf calls the class
 * that {@code Karaf-Activator} names in the manifest of a file in {@code lib/boot}.
 */
public final class SubjectActivator implements BundleActivator {

    /** The first version on which {@code Subject.getSubject} throws. */
    private static final int FIRST_VERSION = 23;

    private static final String PACKAGE = SubjectActivator.class.getPackageName();

    @Override
    public void start(BundleContext context) {
        if (Runtime.version().feature() < FIRST_VERSION) {
            return;
        }
        if (isExported(context)) {
            context.registerService(WeavingHook.class, new SubjectWeaver(), null);
        } else {
            System.err.println("datahub: The console has no commands: jre-22 in etc/custom.properties doesn't name "
                    + PACKAGE + "; take the line from the file of that name in the distribution.");
        }
    }

    /** Whether Karaf's bundles can import the package, as the system bundle exports it. */
    private static boolean isExported(BundleContext context) {
        return context
                .getBundle(0)
                .adapt(BundleWiring.class)
                .getCapabilities(PackageNamespace.PACKAGE_NAMESPACE)
                .stream()
                .anyMatch(exported -> PACKAGE.equals(exported.getAttributes().get(PackageNamespace.PACKAGE_NAMESPACE)));
    }

    /** Does nothing: the framework unregisters the service when it stops. */
    @Override
    public void stop(BundleContext context) {}
}
