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
    void shouldReadTheFormatOfJson() {
        String log = """
                {"time":"2026-11-24T02:17:11.000Z","level":"INFO","logger":"Jetty","message":"begins","exception":""}
                {"time":"2026-11-24T02:17:11.617Z","level":"ERROR","logger":"Jetty","message":"host=\\"x\\" didn't start",\
                "exception":"java.lang.Exception: outer\\n\\tat x.Y.z(Y.java:1)\\nCaused by: java.net.BindException: \\u0041ddress\\n"}
                """;

        assertThat(ErrorsInLog.parse(log))
                .containsExactly("Jetty - host=\"x\" didn't start: java.net.BindException: Address");
    }

    @Test
    void shouldFindNoneInAQuietLog() {
        assertThat(ErrorsInLog.parse("2026-11-24T02:17:11,000 INFO  Jetty - begins\n"))
                .isEmpty();
    }
}
