package io.datahub.auth;

import io.datahub.api.log.LogText;
import io.datahub.api.user.Origin;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Logs refused logins without letting attackers flood the log. The first one of a user, address and reason is logged at
 * once; repetitions within a minute are summarized in one line with their number. At most {@value #MAX_LINES} distinct
 * ones are logged per minute; the rest is summarized in one line, too. So each refused login is in a line, or in the
 * count of one. Thread-safe.
 */
final class RefusedLoginLog {

    private static final long PERIOD_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final int MAX_LINES = 100;

    private final Consumer<String> log;
    private final LongSupplier nanoTime;

    /** The repetitions of each logged line; guarded by this, as are the next two fields. */
    private final Map<String, Long> repeated = new LinkedHashMap<>();

    private long others;
    private long periodStart;

    /** @param log receives the keys and values of a line */
    RefusedLoginLog(Consumer<String> log, LongSupplier nanoTime) {
        this.log = log;
        this.nanoTime = nanoTime;
        periodStart = nanoTime.getAsLong();
    }

    synchronized void add(String user, Origin origin, String reason) {
        writeOverdue();
        String line = "user=" + LogText.quoted(user) + " transport=" + origin.transport() + " address="
                + origin.address().getHostAddress() + " reason=" + LogText.quoted(reason);
        if (repeated.computeIfPresent(line, (same, count) -> count + 1) != null) {
            return;
        }
        if (repeated.size() >= MAX_LINES) {
            others++;
            return;
        }
        repeated.put(line, 0L);
        log.accept(line);
    }

    /** Logs the counts if a minute has passed. */
    synchronized void writeOverdue() {
        if (nanoTime.getAsLong() - periodStart >= PERIOD_NANOS) {
            write();
        }
    }

    /** Logs all counts. */
    synchronized void write() {
        long seconds = TimeUnit.NANOSECONDS.toSeconds(nanoTime.getAsLong() - periodStart);
        repeated.forEach((line, count) -> {
            if (count > 0) {
                log.accept(line + " more=" + count + " seconds=" + seconds);
            }
        });
        if (others > 0) {
            log.accept("reason=\"more than " + MAX_LINES + " different ones\" more=" + others + " seconds=" + seconds);
        }
        repeated.clear();
        others = 0;
        periodStart = nanoTime.getAsLong();
    }
}
