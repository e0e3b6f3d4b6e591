package io.datahub.cli.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ParallelTest {

    private static final int THREADS = 4;
    private static final int TASKS = 100;

    private final AtomicInteger runs = new AtomicInteger();
    private final Parallel parallel = new Parallel(new Output(false));

    private void run(int exitStatus) {
        List<Parallel.Named> tasks = new ArrayList<>();
        for (int i = 0; i < TASKS; i++) {
            tasks.add(new Parallel.Named("task", () -> {
                runs.incrementAndGet();
                throw new Failure(exitStatus, "failed");
            }));
        }
        parallel.run(THREADS, tasks);
    }

    @Test
    void shouldLeaveTheRestOutOnceTheHubIsGone() {
        run(Failure.UNREACHABLE);

        assertThat(runs.get()).isBetween(THREADS, 2 * THREADS);
        assertThat(parallel.failures()).isEqualTo(runs.get() + 1);
        assertThat(parallel.exitStatus()).isEqualTo(Failure.UNREACHABLE);
    }

    @Test
    void shouldTryAllThatFailForAnotherReason() {
        run(Failure.REFUSED);

        assertThat(runs.get()).isEqualTo(TASKS);
    }
}
