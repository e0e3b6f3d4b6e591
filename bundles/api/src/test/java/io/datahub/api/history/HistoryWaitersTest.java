package io.datahub.api.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.record.Cursor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HistoryWaitersTest {

    private Cursor head = new Cursor("e", 5);
    private final List<Throwable> failures = new ArrayList<>();
    private final List<String> ran = new ArrayList<>();
    private final HistoryWaiters waiters = new HistoryWaiters(() -> head, failures::add);

    private void advanceTo(long number) {
        head = new Cursor("e", number);
        waiters.advanced();
    }

    @Test
    void shouldRunEachActionOnceWhenItIsDue() {
        Runnable unused = waiters.add(new Cursor("e", 4), () -> ran.add("at once"));
        assertThat(ran).containsExactly("at once");
        unused = waiters.add(new Cursor("e", 5), () -> ran.add("later"));
        Runnable cancel = waiters.add(new Cursor("e", 5), () -> ran.add("cancelled"));
        unused = waiters.add(new Cursor("e", 6), () -> ran.add("last"));
        cancel.run();
        advanceTo(5);
        assertThat(ran).containsExactly("at once");
        advanceTo(6);
        advanceTo(6);
        assertThat(ran).containsExactly("at once", "later");
        advanceTo(9);
        assertThat(ran).containsExactly("at once", "later", "last");
        assertThat(failures).isEmpty();
    }

    @Test
    void shouldRunTheOthersIfOneFails() {
        for (int i = 0; i < 5; i++) {
            Runnable unused = waiters.add(head, () -> ran.add("good"));
            unused = waiters.add(head, () -> {
                throw new IllegalStateException("the server has stopped");
            });
            unused = waiters.add(head, () -> {
                throw new NoClassDefFoundError("of a replaced bundle");
            });
        }
        advanceTo(6);
        assertThat(ran).hasSize(5);
        assertThat(failures).hasSize(10);
        advanceTo(7);
        assertThat(failures).hasSize(10);
    }
}
