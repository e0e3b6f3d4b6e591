package io.datahub.ssh.rsync;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.log.LogText;
import io.datahub.api.validation.Violation;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Tells the client what became of its files, and counts it. Thread-safe. */
final class Report {

    private static final int MAX_LENGTH = 500;
    private static final int MAX_LINES = 1_000;

    private final Consumer<String> lines;
    private final AtomicInteger written = new AtomicInteger();
    private final AtomicInteger stored = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();

    /** @param lines receives each line, on any thread */
    Report(Consumer<String> lines) {
        this.lines = lines;
    }

    /** A file became a new version of a record. */
    void stored() {
        stored.incrementAndGet();
    }

    /** A file was refused. */
    void refused(String path, Refusal refusal) {
        refused.incrementAndGet();
        line(path, reason(refusal));
    }

    /** A file was refused before the store saw it, or couldn't be stored. */
    void refused(String path, String reason) {
        refused.incrementAndGet();
        line(path, reason);
    }

    /** Not all files are stored, for a reason that isn't theirs. */
    void failed(String reason) {
        refused.incrementAndGet();
        lines.accept(reason);
    }

    /** Something isn't kept, which is no failure. */
    void leftOut(String path, String reason) {
        line(path, reason);
    }

    int storedFiles() {
        return stored.get();
    }

    int refusedFiles() {
        return refused.get();
    }

    private void line(String path, String reason) {
        int number = written.getAndIncrement();
        if (number < MAX_LINES) {
            lines.accept(LogText.escaped(path, LogText.LONGEST) + " " + LogText.escaped(reason, MAX_LENGTH));
        } else if (number == MAX_LINES) {
            lines.accept("more is refused than is listed here");
        }
    }

    private static String reason(Refusal refusal) {
        if (refusal.reason() != Reason.INVALID || refusal.violations().isEmpty()) {
            return "refused: " + refusal.detail();
        }
        Violation violation = refusal.violations().get(0);
        String more = refusal.violations().size() > 1
                ? " (and " + (refusal.violations().size() - 1) + " more)"
                : "";
        String line = violation.line() > 0 ? "line " + violation.line() + ": " : "";
        return "refused by validator " + violation.validator() + ": " + line + violation.message() + more;
    }
}
