package io.datahub.console;

import io.datahub.api.Result;
import io.datahub.api.record.Listing;
import io.datahub.api.record.RecordPath;
import io.datahub.api.record.RecordStore;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.user.User;
import io.datahub.api.validation.Validator;
import io.datahub.api.validation.Verdict;
import io.datahub.api.validation.Violation;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One validator over records that are there already; nothing changes by it. For one thread. */
final class DryRunValidation implements AutoCloseable {

    private static final int PAGE = 1000;

    private final RecordStore store;
    private final KnownValidator known;
    private final Validator validator;
    private final Table table;
    private final ExecutorService thread =
            Executors.newSingleThreadExecutor(task -> new Thread(task, "datahub-console-validate"));
    private long judged;
    private long refused;
    private long failed;

    /** @param table gets a row for each violation and each failure: path, line, column, message */
    DryRunValidation(RecordStore store, KnownValidator known, Validator validator, Table table) {
        this.store = store;
        this.known = known;
        this.validator = validator;
        this.table = table;
    }

    /**
     * Judges a record, or all below a directory, as far as the validator is for them.
     *
     * @throws CommandException if there is nothing at the path
     */
    void over(RecordPath path) throws IOException, InterruptedException {
        Result<RecordVersion> record = path.isRoot() ? null : store.find(User.HUB, path);
        if (record != null && !record.isRefused()) {
            judge(record.get());
            return;
        }
        Deque<RecordPath> open = new ArrayDeque<>();
        open.push(path);
        while (!open.isEmpty()) {
            directory(open.pop(), open);
        }
    }

    private void directory(RecordPath directory, Deque<RecordPath> open) throws IOException, InterruptedException {
        Optional<String> after = Optional.of("");
        while (after.isPresent()) {
            Listing listing = DatahubCommand.done(store.list(User.HUB, directory, after.get(), PAGE));
            for (Listing.Entry entry : listing.entries()) {
                RecordPath path = directory.child(entry.name()).get();
                if (entry.directory()) {
                    open.push(path);
                } else if (known.judges(path)) {
                    Result<RecordVersion> record = store.find(User.HUB, path);
                    if (!record.isRefused()) {
                        judge(record.get());
                    }
                }
            }
            after = listing.next();
        }
    }

    private void judge(RecordVersion record) throws InterruptedException {
        judged++;
        Future<Verdict> verdict = thread.submit(() -> validator.judge(new StoredCandidate(store, record)));
        try {
            Verdict found = verdict.get(known.timeoutMillis(), TimeUnit.MILLISECONDS);
            refused += found.accepted() ? 0 : 1;
            for (Violation violation : found.violations()) {
                table.row(record.path(), violation.line(), violation.column(), violation.message());
            }
        } catch (ExecutionException e) {
            failed++;
            table.row(record.path(), 0, 0, "the validator failed: " + e.getCause());
        } catch (TimeoutException e) {
            failed++;
            verdict.cancel(true);
            table.row(record.path(), 0, 0, "the validator took longer than " + known.timeoutMillis() + " ms");
        }
    }

    /** Whether every record was accepted. */
    boolean passed() {
        return refused + failed == 0;
    }

    /** What came of it, in a line. */
    String summary() {
        return known.name() + "/" + known.version() + " judged " + judged + " records, refused " + refused
                + ", failed at " + failed;
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
