package io.datahub.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ErrorsInLogTest {

    @Test
    void shouldTellEachErrorOnceWithItsLastCause() {
        String log = """
                2026-11-24T02:17:11,000 INFO  Jetty - begins
                2026-11-24T02:17:11,617 ERROR Jetty - didn't start
                java.lang.reflect.InvocationTargetException
                \tat java.base/x.Y.z(Y.java:1)
                Caused by: org.osgi.ComponentException: outer
                Caused by: java.nio.file.NoSuchFileException: /no/such.pem
                \t... 3 more
                2026-11-24T02:17:11,618 ERROR Framework - FrameworkEvent ERROR
                java.lang.IllegalStateException: repeats
                2026-11-24T02:17:12,000 ERROR Jetty - didn't start
                java.nio.file.NoSuchFileException: /no/such.pem
                2026-11-24T02:17:13,000 ERROR Zeromq - no trace
                """;

        assertThat(ErrorsInLog.parse(log))
                .containsExactly(
                        "Jetty - didn't start: java.nio.file.NoSuchFileException: /no/such.pem", "Zeromq - no trace");
    }

    @Test
    void shouldFindNoneInAQuietLog() {
        assertThat(ErrorsInLog.parse("2026-11-24T02:17:11,000 INFO  Jetty - begins\n"))
                .isEmpty();
    }
}
