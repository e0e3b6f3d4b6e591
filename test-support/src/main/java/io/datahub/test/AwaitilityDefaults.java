package io.datahub.test;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Sets the defaults of Awaitility for all tests of a module: a condition is evaluated at once and then every 5 ms, in
 * the thread of the test, for at most 30 s. JUnit finds this listener by itself.
 */
public final class AwaitilityDefaults implements LauncherSessionListener {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final Duration POLL_INTERVAL = Duration.ofMillis(5);

    @Override
    public void launcherSessionOpened(LauncherSession session) {
        Awaitility.setDefaultTimeout(TIMEOUT);
        Awaitility.setDefaultPollDelay(Duration.ZERO);
        Awaitility.setDefaultPollInterval(POLL_INTERVAL);
        Awaitility.pollInSameThread();
        // Otherwise a failed thread of another test that runs at the same time would fail the waiting one.
        Awaitility.doNotCatchUncaughtExceptionsByDefault();
    }
}
