package io.datahub.console.validation;

import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Listing;
import io.datahub.api.record.RecordStore;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.user.User;
import io.datahub.api.validation.PathPattern;
import io.datahub.api.validation.Validator;
import io.datahub.api.validation.ValidatorId;
import io.datahub.api.validation.ValidatorProperties;
import io.datahub.api.validation.ValidatorStatus;
import io.datahub.api.validation.Verdict;
import io.datahub.api.validation.Violation;
import io.datahub.console.shell.CommandException;
import io.datahub.console.shell.Table;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs one validator over existing records, without changing anything. For one thread. */
public final class DryRunValidation implements AutoCloseable {

    private static final int PAGE = 1000;

    private final RecordStore store;
    private final ValidatorId id;
    private final List<PathPattern> patterns;
    private final Duration timeLimit;
    private final Validator validator;
    private final Table table;
    private final ExecutorService thread =
            Executors.newSingleThreadExecutor(task -> new Thread(task, "datahub-console-validate"));
    private long validated;
    private long refused;
    private long failed;

    /**
     * @param status what is known of the validator
     * @param timeLimit of one validation
     * @param table receives a row for each violation and each failure: path, line, column, message
     */
    public DryRunValidation(
            RecordStore store, ValidatorStatus status, Duration timeLimit, Validator validator, Table table) {
        this.store = store;
        this.id = status.id();
        this.patterns = ValidatorProperties.patterns(status.paths());
        this.timeLimit = timeLimit;
        this.validator = validator;
        this.table = table;
    }

    /**
     * Validates a record, or all records below a directory that the validator applies to.
     *
     * @throws CommandException if there is nothing at the path
     */
    public void validate(RecordPath path) throws IOException, InterruptedException {
        Result<RecordVersion> record = path.isRoot() ? null : store.find(User.HUB, path);
        if (record != null && !record.isRefused()) {
            validate(record.get());
            return;
        }
        Deque<RecordPath> pending = new ArrayDeque<>();
        pending.push(path);
        while (!pending.isEmpty()) {
            validateDirectory(pending.pop(), pending);
        }
    }

    private void validateDirectory(RecordPath parent, Deque<RecordPath> pending)
            throws IOException, InterruptedException {
        Optional<String> after = Optional.of("");
        while (after.isPresent()) {
            Listing listing = CommandException.require(store.list(User.HUB, parent, after.get(), PAGE));
            for (Listing.Entry entry : listing.entries()) {
                RecordPath path = parent.child(entry.name()).get();
                if (entry.directory()) {
                    pending.push(path);
                } else if (patterns.stream().anyMatch(pattern -> pattern.matches(path))) {
                    Result<RecordVersion> record = store.find(User.HUB, path);
                    if (!record.isRefused()) {
                        validate(record.get());
                    }
                }
            }
            after = listing.next();
        }
    }

    private void validate(RecordVersion record) throws InterruptedException {
        validated++;
        Future<Verdict> future = thread.submit(() -> validator.validate(new StoredCandidate(store, record)));
        try {
            Verdict verdict = future.get(timeLimit.toMillis(), TimeUnit.MILLISECONDS);
            refused += verdict.accepted() ? 0 : 1;
            for (Violation violation : verdict.violations()) {
                table.row(record.path(), violation.line(), violation.column(), violation.message());
            }
        } catch (ExecutionException e) {
            failed++;
            table.row(record.path(), 0, 0, "the validator failed: " + e.getCause());
        } catch (TimeoutException e) {
            failed++;
            future.cancel(true);
            table.row(record.path(), 0, 0, "the validator took longer than " + timeLimit.toMillis() + " ms");
        }
    }

    /** Whether every record was accepted. */
    public boolean passed() {
        return refused + failed == 0;
    }

    /** The result in one line. */
    public String summary() {
        return id + " validated " + validated + " records, refused " + refused + ", failed for " + failed;
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
