package io.datahub.postgres;

import io.datahub.api.cluster.Attempt;
import io.datahub.api.cluster.Expectation;
import io.datahub.api.cluster.NewVersion;
import io.datahub.api.cluster.Operation;
import io.datahub.api.cluster.Outcome;
import io.datahub.api.path.RecordPath;
import io.datahub.api.secret.SecretFiles;
import io.datahub.cluster.commit.GroupCommit;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Commits to a ledger as a hub does, with nothing else around it: concurrent writers, whose commits share batches. For
 * each line {@code put|delete WRITERS COUNT} on the standard input it commits so many changes, each to a record of its own,
 * and prints in how many batches. {@code examples/cluster/measure} runs it.
 */
public final class LedgerLoad {

    private static final String USER = "load";
    private static final String SHA256 = "0123456789abcdef".repeat(4);

    private final GroupCommit commits;

    private LedgerLoad(GroupCommit commits) {
        this.commits = commits;
    }

    /**
     * Runs until the end of the input.
     *
     * @param arguments the URL of an empty database, and the folder with its secrets
     */
    public static void main(String[] arguments) throws Exception {
        PGSimpleDataSource source = PostgresSource.create(arguments[0], new SecretFiles(arguments[1]), USER);
        Migrations.apply(source);
        try (Database database = new Database(source);
                GroupCommit commits = new GroupCommit(
                        PostgresLedger.open(database, new CommitCounts(), Optional::empty)
                                .records(),
                        number -> {})) {
            LedgerLoad load = new LedgerLoad(commits);
            BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] words = line.split(" ", 3);
                long before = commits.batches();
                load.run(words[0].equals("put"), Integer.parseInt(words[1]), Integer.parseInt(words[2]));
                System.out.println(commits.batches() - before);
            }
        }
    }

    private void run(boolean isPut, int writers, int count) throws InterruptedException, ExecutionException {
        ExecutorService threads = Executors.newFixedThreadPool(writers);
        AtomicInteger next = new AtomicInteger();
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < writers; i++) {
            running.add(threads.submit(() -> {
                for (int n = next.getAndIncrement(); n < count; n = next.getAndIncrement()) {
                    commit(operation(isPut, RecordPath.of("load/" + n)));
                }
                return null;
            }));
        }
        for (Future<?> each : running) {
            each.get();
        }
        threads.shutdown();
    }

    private static Operation operation(boolean isPut, RecordPath path) {
        String random = String.format("%016x", ThreadLocalRandom.current().nextLong());
        return isPut
                ? new Operation.Put(
                        path,
                        Expectation.ANY,
                        new NewVersion('"' + random + '"', 4_096, SHA256, random + random, USER, Optional.empty()),
                        List.of())
                : new Operation.Delete(path, Expectation.ANY);
    }

    private void commit(Operation operation) throws IOException {
        Outcome outcome = commits.commit(Attempt.of(USER, operation));
        if (!(outcome instanceof Outcome.Committed committed) || committed.entries() != 1) {
            throw new IOException(operation + ": " + outcome);
        }
    }
}
