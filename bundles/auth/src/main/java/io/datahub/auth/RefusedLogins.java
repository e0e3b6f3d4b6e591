package io.datahub.auth;

import io.datahub.api.log.LogText;
import io.datahub.api.user.Origin;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Writes refused logins without letting strangers fill the log. The first of a user, from an address, for a reason, is
 * written at once; its repetitions within a minute are one line that counts them. Of those that differ {@value #MOST_LINES}
 * are told apart in a minute; the others are one line, too. So each refused login is in a line, or in the count of one. For any
 * thread.
 */
final class RefusedLogins {

    private static final long PERIOD_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final int MOST_LINES = 100;

    private final Consumer<String> log;
    private final LongSupplier nanoTime;

    /** Repetitions of what has been written, by its line; guarded by this, as are the next two. */
    private final Map<String, Long> repeated = new LinkedHashMap<>();

    private long others;
    private long begun;

    RefusedLogins(Consumer<String> log, LongSupplier nanoTime) {
        this.log = log;
        this.nanoTime = nanoTime;
        begun = nanoTime.getAsLong();
    }

    synchronized void add(String user, Origin origin, String reason) {
        writeOverdue();
        String line = "login=refused user=" + LogText.quoted(user) + " transport=" + origin.transport() + " address="
                + origin.address().getHostAddress() + " reason=" + LogText.quoted(reason);
        if (repeated.computeIfPresent(line, (same, count) -> count + 1) != null) {
            return;
        }
        if (repeated.size() >= MOST_LINES) {
            others++;
            return;
        }
        repeated.put(line, 0L);
        log.accept(line);
    }

    /** Writes what has been counted for a minute. */
    synchronized void writeOverdue() {
        if (nanoTime.getAsLong() - begun >= PERIOD_NANOS) {
            write();
        }
    }

    /** Writes all that has been counted. */
    synchronized void write() {
        long seconds = TimeUnit.NANOSECONDS.toSeconds(nanoTime.getAsLong() - begun);
        repeated.forEach((line, count) -> {
            if (count > 0) {
                log.accept(line + " more=" + count + " seconds=" + seconds);
            }
        });
        if (others > 0) {
            log.accept("login=refused reason=\"more than " + MOST_LINES + " that differ\" more=" + others + " seconds="
                    + seconds);
        }
        repeated.clear();
        others = 0;
        begun = nanoTime.getAsLong();
    }
}
