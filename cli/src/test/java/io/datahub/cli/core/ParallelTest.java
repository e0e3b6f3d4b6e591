package io.datahub.cli.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

    @Test
    void shouldSayWhatIsWrongWithALocalFile(@TempDir Path work) throws IOException {
        Path file = Files.createFile(work.resolve("file"));

        assertThat(failure(() -> Files.createDirectories(file))).isEqualTo(file + " exists and is no directory");
        assertThat(failure(() -> Files.size(work.resolve("none")))).isEqualTo(work.resolve("none") + " doesn't exist");
        assertThat(failure(() -> Files.delete(work))).isEqualTo(work + " is a directory that isn't empty");
        assertThat(failure(() -> Files.createFile(file.resolve("x")))).contains("Not a directory");
    }

    private static String failure(ThrowingCallable call) {
        return Parallel.localFailure((IOException) catchThrowable(call)).getMessage();
    }
}
