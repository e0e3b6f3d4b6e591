package io.datahub.ssh.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class WorkerLaneTest {

    private final Queue<Runnable> started = new ArrayDeque<>();
    private final List<Integer> done = new ArrayList<>();
    private final WorkerLane lane = new WorkerLane(started::add);

    @Test
    void shouldStartAFewAtOnceInOrder() {
        for (int i = 0; i < 20; i++) {
            int number = i;
            lane.execute(() -> done.add(number));
        }
        assertThat(started).hasSize(WorkerLane.MAX_AT_ONCE);
        while (!started.isEmpty()) {
            started.remove().run();
            assertThat(started.size()).isLessThanOrEqualTo(WorkerLane.MAX_AT_ONCE);
        }
        assertThat(done).hasSize(20).isSorted();
        lane.execute(() -> done.add(20));
        assertThat(started).hasSize(1);
    }
}
