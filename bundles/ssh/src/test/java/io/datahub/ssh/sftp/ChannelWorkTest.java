package io.datahub.ssh.sftp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class ChannelWorkTest {

    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private final List<String> done = new ArrayList<>();

    private void runAll() {
        while (!tasks.isEmpty()) {
            tasks.poll().run();
        }
    }

    @Test
    void shouldSubmitOneTaskForAllWhoWakeIt() {
        ChannelWork work = new ChannelWork(tasks::add, () -> !done.add("work"), () -> {});
        work.wake();
        work.wake();
        assertThat(work.takeOver()).isFalse();
        assertThat(tasks).hasSize(1);
        runAll();
        assertThat(done).hasSize(1);
        assertThat(work.takeOver()).isTrue();
    }

    @Test
    void shouldGoOnIfItIsWokenWhileItRuns() {
        ChannelWork[] work = new ChannelWork[1];
        work[0] = new ChannelWork(
                tasks::add,
                () -> {
                    done.add("work");
                    if (done.size() == 1) {
                        work[0].wake();
                    }
                    return done.size() == 2;
                },
                () -> {});
        work[0].wake();
        runAll();
        assertThat(done).hasSize(3);
        assertThat(work[0].takeOver()).isTrue();
    }

    @Test
    void shouldEndOnTheCallersThreadOnceTheThreadsStop() {
        ChannelWork work = new ChannelWork(
                task -> {
                    throw new RejectedExecutionException("stopped");
                },
                () -> !done.add("work"),
                () -> done.add("rejected"));
        work.wake();
        assertThat(done).containsExactly("rejected", "work");
    }
}
