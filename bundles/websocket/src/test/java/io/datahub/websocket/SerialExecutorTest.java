package io.datahub.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SerialExecutorTest {

    @Test
    void shouldDoEverythingInOrderWhetherItSleptOrNot() throws Exception {
        SerialExecutor lane = new SerialExecutor("lane");
        List<Integer> done = new CopyOnWriteArrayList<>();
        for (int i = 0; i < 20; i++) {
            int number = i;
            lane.execute(() -> done.add(number));
            Await.until(() -> done.size() == number + 1);
        }
        IntStream.range(20, 2000).forEach(i -> lane.execute(() -> done.add(i)));
        Await.until(() -> done.size() == 2000);
        assertThat(done).isSorted();
        lane.end();
        lane.join(10_000);
        assertThat(lane.isAlive()).isFalse();
    }

    @Test
    void shouldGoOnWhenATaskFails() throws Exception {
        SerialExecutor lane = new SerialExecutor("lane");
        List<String> done = new CopyOnWriteArrayList<>();
        lane.execute(() -> {
            throw new IllegalStateException("meant by the test");
        });
        lane.execute(() -> done.add("after"));
        Await.until(() -> !done.isEmpty());
        lane.end();
        lane.join(10_000);
        assertThat(lane.isAlive()).isFalse();
    }
}
