package io.datahub.history.log;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.log.FailureText;
import io.datahub.api.log.LogLimit;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Why events can't be kept at present. Thread-safe. */
final class HistoryFailure {

    private static final Logger LOG = LoggerFactory.getLogger(HistoryFailure.class);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    /** The disk is full. */
    private static final String FULL = "the disk is full";

    private final LogLimit lines = new LogLimit(1, Duration.ofSeconds(10));
    private volatile String text = "";

    /** Notes that writing has failed. */
    void fail(Exception cause) {
        text = of(cause);
        LogLimit.Decision line = lines.next();
        if (line.mayWrite()) {
            LOG.error(
                    "event=history.write.failed suppressed={} consequence=\"kept topics are refused\" remedy=\"free disk"
                            + " space or repair the disk; the hub retries\"",
                    line.suppressed(),
                    cause);
        }
    }

    private static String of(Exception cause) {
        String message = String.valueOf(cause.getMessage());
        String lower = message.toLowerCase(Locale.ROOT);
        return lower.contains("no space left") || lower.contains("quota exceeded") ? FULL : FailureText.of(cause);
    }

    /** Notes that writing has succeeded, and that there is room. */
    void recover() {
        if (isPresent()) {
            text = "";
            LOG.info("event=history.recovered");
        }
    }

    boolean isPresent() {
        return !text.isEmpty();
    }

    /** The cause; empty if events can be kept. */
    String text() {
        return text;
    }

    /** The refusal of events; empty if they can be kept. */
    Optional<Refusal> refusal() {
        String failed = text;
        if (failed.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                failed.equals(FULL)
                        ? new Refusal(Reason.NO_ROOM, "the disk of the hub has no room to keep events; free some")
                        : unavailable("the log of this topic can't be written; the hub's log has the cause"));
    }

    static Refusal unavailable(String detail) {
        return Refusal.unavailable(detail, RETRY_AFTER);
    }
}
