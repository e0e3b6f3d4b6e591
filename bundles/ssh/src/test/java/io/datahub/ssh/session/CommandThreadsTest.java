package io.datahub.ssh.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class CommandThreadsTest {

    private final List<Runnable> accepted = new ArrayList<>();
    private boolean full;
    private final CommandThreads threads = new CommandThreads(
            command -> {
                if (full) {
                    throw new RejectedExecutionException();
                }
                accepted.add(command);
            },
            2);

    @Test
    void shouldLimitTheCommandsOfEachUser() {
        threads.run("ada", () -> {});
        threads.run("ada", () -> {});
        assertThatThrownBy(() -> threads.run("ada", () -> {})).isInstanceOf(RejectedExecutionException.class);
        threads.run("bob", () -> {});
        accepted.remove(0).run();
        threads.run("ada", () -> {});
        assertThat(accepted).hasSize(3);
    }

    @Test
    void shouldNotCountWhatIsRejected() {
        full = true;
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> threads.run("ada", () -> {})).isInstanceOf(RejectedExecutionException.class);
        }
        full = false;
        threads.run("ada", () -> {});
        threads.run("ada", () -> {});
        assertThat(accepted).hasSize(2);
    }
}
