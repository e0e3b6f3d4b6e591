package io.datahub.api.user;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LoginSessionTest {

    @Test
    void shouldCallAllListenersAlthoughOneFails() throws Exception {
        LoginSession session = new LoginSession();
        List<String> called = new ArrayList<>();
        List<Throwable> uncaught = new ArrayList<>();
        session.onEnd(() -> {
            throw new IllegalStateException("failed");
        });
        session.onEnd(() -> called.add("second"));
        Thread ending = new Thread(session::end);
        ending.setUncaughtExceptionHandler((thread, failure) -> uncaught.add(failure));

        ending.start();
        ending.join();

        assertThat(called).containsExactly("second");
        assertThat(uncaught).singleElement().isInstanceOf(IllegalStateException.class);
    }
}
