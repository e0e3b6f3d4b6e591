package io.datahub.launcher;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Runs a hub in this process, from the check of its home directory to its orderly shutdown.
 *
 * <p>A signal triggers a shutdown hook, which stops the framework and then halts with the exit status of an orderly
 * shutdown: the virtual machine by itself would exit with 130 or 143.
 */
final class HubProcess {

    /** How long a hub of which a component has failed may take to become ready. */
    private static final Duration ERROR_TIMEOUT = Duration.ofSeconds(15);

    /** The time after which a hub that responds but isn't ready is reported as overdue; waiting continues. */
    private static final Duration OVERDUE_TIMEOUT = Duration.ofMinutes(1);

    /**
     * How long a hub may take that doesn't respond at all; one that responds "not ready" may take as long as it needs.
     */
    private static final Duration NO_RESPONSE_TIMEOUT = Duration.ofMinutes(2);

    /**
     * The time within which all bundles must be installed; a first start on a busy machine takes a minute or two. A
     * test sets the system property to a shorter one.
     */
    private static final Duration INSTALL_TIMEOUT =
            Duration.ofSeconds(Long.getLong("datahub.launcher.installSeconds", 300));

    private static final Duration POLL_INTERVAL = Duration.ofMillis(100);
    private static final int HTTP_OK = 200;
    private static final int MAX_PROBLEMS = 5;

    private final HubHome home;
    private final Path distribution;
    private final long startNanos = System.nanoTime();
    private final Container container = new Container();
    private final StartProgress progress = new StartProgress();
    private final RunFile runFile;
    private volatile int exitStatus;
    private volatile boolean stopping;

    HubProcess(HubHome home, Path distribution) {
        this.home = home;
        this.distribution = distribution;
        this.runFile = new RunFile(home);
    }

    /** Runs the hub. Returns only by throwing a {@link CommandFailure}; otherwise the process exits here. */
    void run() throws Exception {
        home.prepare();
        HomeLock lock = HomeLock.acquire(home);
        for (String kept : new DefaultConfigSync(distribution.resolve("etc"), home.etc()).synchronise()) {
            System.out.println("etc/" + kept + ": your changes are kept; the shipped default has changed, too.");
        }
        Endpoints endpoints = Endpoints.read(home.etc(), System.getenv()).check(System.err::println);
        BundleCache cache = new BundleCache(home.cache(), distribution);
        cache.openOrRebuild();
        new StateFiles(home).check().ifPresent(warning -> System.out.println("datahub: " + warning));
        new ConsoleKey(home).ensure().ifPresent(warning -> System.out.println("datahub: " + warning));
        runFile.write(endpoints, RunFile.Progress.STARTING);
        Runtime.getRuntime().addShutdownHook(new Thread(this::shutDown, "datahub-end"));
        container.start();
        if (awaitReady(endpoints)) {
            cache.complete();
            new ReadyMessage(home, endpoints, elapsed()).lines().forEach(System.out::println);
            runFile.write(endpoints, RunFile.Progress.READY);
            ServiceManager.report("READY=1", "STATUS=ready");
            container.awaitStop();
        }
        if (!lock.isHeld()) {
            System.err.println("The lock on " + home.root() + " was lost.");
        }
        System.exit(exitStatus);
    }

    private boolean awaitReady(Endpoints endpoints) throws InterruptedException, IOException {
        HubAddress http = endpoints.http();
        long installedNanos = 0;
        boolean isOverdue = false;
        while (container.isRunning() && !stopping) {
            int status = HealthCommand.status(http.reachableHost(), http.port());
            if (status == HTTP_OK && container.isInstalled()) {
                progress.clear();
                return true;
            }
            progress.draw(container.activeBundles(), elapsed());
            installedNanos = installedNanos == 0 && container.isInstalled() ? System.nanoTime() : installedNanos;
            Duration waited = Duration.ofNanos(installedNanos == 0 ? 0 : System.nanoTime() - installedNanos);
            if (installedNanos == 0 && elapsed().compareTo(INSTALL_TIMEOUT) > 0) {
                return fail(List.of("its bundles weren't installed within " + INSTALL_TIMEOUT.toSeconds()
                        + " seconds; if the log names one that is damaged or missing, install the distribution anew"));
            }
            if (hasFailed(status, waited)) {
                StartupReport problems = container.problems();
                return fail(problems.failed().isEmpty() ? problems.waiting() : problems.failed());
            }
            if (!isOverdue && waited.compareTo(OVERDUE_TIMEOUT) > 0) {
                isOverdue = true;
                progress.clear();
                System.err.println("datahub: The hub is running, but a component isn't ready: run 'datahub console "
                        + "datahub:status'."
                        + " If you uninstalled it on purpose, remove it from requiredComponents in "
                        + home.etc().resolve("io.datahub.http.cfg") + ".");
                print(container.problems().waiting());
                runFile.write(endpoints, RunFile.Progress.OVERDUE);
            }
            Thread.sleep(POLL_INTERVAL.toMillis());
        }
        return false;
    }

    private boolean hasFailed(int status, Duration waited) {
        return (waited.compareTo(ERROR_TIMEOUT) > 0
                        && !container.problems().failed().isEmpty())
                || (waited.compareTo(NO_RESPONSE_TIMEOUT) > 0 && status == 0);
    }

    private boolean fail(List<String> problems) {
        progress.clear();
        System.err.println("datahub: The hub can't become ready and is stopped; details are in " + home.log() + ".");
        print(problems);
        exitStatus = 1;
        return false;
    }

    private static void print(List<String> problems) {
        problems.stream().limit(MAX_PROBLEMS).forEach(problem -> System.err.println("  " + problem));
    }

    private void shutDown() {
        stopping = true;
        ServiceManager.report("STOPPING=1");
        if (!container.stop()) {
            System.err.println("datahub: The hub didn't stop within a minute and was terminated.");
            exitStatus = 1;
        }
        runFile.remove();
        System.out.flush();
        Runtime.getRuntime().halt(exitStatus);
    }

    private Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - startNanos);
    }
}
