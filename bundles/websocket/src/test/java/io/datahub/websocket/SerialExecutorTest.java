package io.datahub.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SerialExecutorTest {

    @Test
    void shouldRunTasksInOrderAfterBeingIdleOrBusy() throws Exception {
        SerialExecutor executor = new SerialExecutor("lane");
        List<Integer> done = new CopyOnWriteArrayList<>();
        for (int i = 0; i < 20; i++) {
            int number = i;
            executor.execute(() -> done.add(number));
            await().until(() -> done.size() == number + 1);
        }
        IntStream.range(20, 2000).forEach(i -> executor.execute(() -> done.add(i)));
        await().until(() -> done.size() == 2000);
        assertThat(done).isSorted();
        executor.stop();
        executor.join(10_000);
        assertThat(executor.isAlive()).isFalse();
    }

    @Test
    void shouldContinueAfterAFailedTask() throws Exception {
        SerialExecutor executor = new SerialExecutor("lane");
        List<String> done = new CopyOnWriteArrayList<>();
        executor.execute(() -> {
            throw new IllegalStateException("meant by the test");
        });
        executor.execute(() -> done.add("after"));
        await().until(() -> !done.isEmpty());
        executor.stop();
        executor.join(10_000);
        assertThat(executor.isAlive()).isFalse();
    }
}
