package io.datahub.launcher;

import org.apache.karaf.main.Main;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.launch.Framework;

/**
 * Karaf, running in this process. Threads: {@link #start} and {@link #awaitStop} on one thread, the other methods on
 * any thread.
 */
final class Container {

    private static final long STOP_MILLIS = 60_000;

    private final Main karaf = new Main(new String[0]);

    void start() throws Exception {
        karaf.launch();
    }

    /** Whether all features of the distribution are installed. */
    boolean isInstalled() {
        BundleContext context = karaf.getFramework().getBundleContext();
        return context != null && context.getServiceReference("org.apache.karaf.features.BootFinished") != null;
    }

    /** How many bundles have been started. */
    int activeBundles() {
        BundleContext context = karaf.getFramework().getBundleContext();
        int count = 0;
        for (Bundle bundle : context == null ? new Bundle[0] : context.getBundles()) {
            count += bundle.getState() == Bundle.ACTIVE ? 1 : 0;
        }
        return count;
    }

    /** What prevents the hub from becoming ready. */
    StartupReport problems() {
        BundleContext context = karaf.getFramework().getBundleContext();
        return context == null ? StartupReport.none() : StartupReport.read(context);
    }

    boolean isRunning() {
        Framework framework = karaf.getFramework();
        return framework != null && (framework.getState() == Bundle.STARTING || framework.getState() == Bundle.ACTIVE);
    }

    /** Blocks until the framework has been stopped, by whatever means. */
    void awaitStop() throws Exception {
        karaf.awaitShutdown();
        karaf.destroy();
    }

    /** Stops the framework, waits up to a minute, and returns whether it has stopped. */
    boolean stop() {
        Framework framework = karaf.getFramework();
        if (framework == null) {
            return true;
        }
        try {
            framework.stop();
            return framework.waitForStop(STOP_MILLIS).getType() != FrameworkEvent.WAIT_TIMEDOUT;
        } catch (BundleException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
