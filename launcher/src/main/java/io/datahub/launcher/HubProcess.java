package io.datahub.launcher;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * One life of a hub in this process, from the check of its home to its clean end.
 *
 * <p>A signal ends it by a shutdown hook, which stops the framework and then halts with the status that a clean stop
 * deserves: the virtual machine by itself would say 130 or 143.
 */
final class HubProcess {

    /** How long a hub that logged an error gets to become ready all the same. */
    private static final Duration PATIENCE_AFTER_ERROR = Duration.ofSeconds(15);

    /** After how long one that answers "not yet" is reported; it goes on. */
    private static final Duration PATIENCE_WITH_NOT_YET = Duration.ofMinutes(1);

    /** How long one gets that says nothing at all; one that answers "not yet" may take as long as it needs. */
    private static final Duration PATIENCE_WITH_SILENCE = Duration.ofMinutes(2);

    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);
    private static final int HTTP_OK = 200;

    private final Home home;
    private final Path distribution;
    private final long began = System.nanoTime();
    private final Container container = new Container();
    private final RunFile runFile;
    private volatile int status;
    private volatile boolean stopping;

    HubProcess(Home home, Path distribution) {
        this.home = home;
        this.distribution = distribution;
        this.runFile = new RunFile(home);
    }

    /** Returns only by throwing a refusal; else the process ends here. */
    void toTheEnd() throws Exception {
        home.prepare();
        HomeLock lock = HomeLock.take(home);
        for (String kept : new DefaultConfigSync(distribution.resolve("etc"), home.etc()).synchronise()) {
            System.out.println("etc/" + kept + ": kept as you changed it; the shipped default is a new one.");
        }
        Endpoints endpoints = Endpoints.read(home.etc(), System.getenv());
        endpoints.check();
        BundleCache cache = new BundleCache(home.cache(), distribution);
        cache.openOrRebuild();
        new StateFiles(home).check().ifPresent(told -> System.out.println("datahub: " + told));
        new ConsoleKey(home).ensure().ifPresent(told -> System.out.println("datahub: " + told));
        runFile.write(endpoints, RunFile.Progress.STARTING);
        Runtime.getRuntime().addShutdownHook(new Thread(this::end, "datahub-end"));
        StartupErrors errors = new StartupErrors(home.log());
        container.start();
        if (awaitReady(endpoints, errors)) {
            cache.complete();
            new ReadyMessage(home, endpoints, elapsed()).lines().forEach(System.out::println);
            runFile.write(endpoints, RunFile.Progress.READY);
            ServiceManager.tell("READY=1", "STATUS=ready");
            container.awaitStop();
        }
        if (!lock.isHeld()) {
            System.err.println("The lock on " + home.root() + " was lost.");
        }
        System.exit(status);
    }

    private boolean awaitReady(Endpoints endpoints, StartupErrors errors) throws InterruptedException, IOException {
        Endpoint http = endpoints.http();
        long installed = 0;
        boolean isOverdue = false;
        while (container.isRunning() && !stopping) {
            int answer = Health.status(http.reachableHost(), http.port());
            if (answer == HTTP_OK && container.isInstalled()) {
                return true;
            }
            installed = installed == 0 && container.isInstalled() ? System.nanoTime() : installed;
            Duration waited = Duration.ofNanos(installed == 0 ? 0 : System.nanoTime() - installed);
            if (isHopeless(answer, waited, errors)) {
                return fail(errors.read());
            }
            if (!isOverdue && waited.compareTo(PATIENCE_WITH_NOT_YET) > 0) {
                isOverdue = true;
                System.err.println(
                        "datahub: The hub runs, but a part of it isn't ready; 'datahub console datahub:status'"
                                + " names it. A part that was uninstalled on purpose has to leave 'parts' in "
                                + home.etc().resolve("io.datahub.http.cfg") + ".");
                runFile.write(endpoints, RunFile.Progress.OVERDUE);
            }
            Thread.sleep(BETWEEN_LOOKS.toMillis());
        }
        return false;
    }

    private static boolean isHopeless(int answer, Duration waited, StartupErrors errors) {
        return (waited.compareTo(PATIENCE_AFTER_ERROR) > 0 && !errors.read().isEmpty())
                || (waited.compareTo(PATIENCE_WITH_SILENCE) > 0 && answer == 0);
    }

    private boolean fail(List<String> errors) {
        System.err.println("datahub: The hub doesn't get ready and is stopped"
                + (errors.isEmpty() ? "; its log is " : "; the cause is in ") + home.log() + ".");
        errors.forEach(line -> System.err.println("  " + line));
        status = 1;
        return false;
    }

    private void end() {
        stopping = true;
        ServiceManager.tell("STOPPING=1");
        if (!container.stop()) {
            System.err.println("datahub: The hub didn't stop within a minute and was ended.");
            status = 1;
        }
        runFile.remove();
        System.out.flush();
        Runtime.getRuntime().halt(status);
    }

    private Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - began);
    }
}
