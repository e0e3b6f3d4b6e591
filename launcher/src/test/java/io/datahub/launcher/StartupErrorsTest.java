package io.datahub.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StartupErrorsTest {

    @Test
    void shouldReportEachErrorOnceWithItsRootCause() {
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

        assertThat(StartupErrors.parse(log))
                .containsExactly(
                        "Jetty - didn't start: java.nio.file.NoSuchFileException: /no/such.pem", "Zeromq - no trace");
    }

    @Test
    void shouldReportTheInvalidSettingAndNotTheDependentComponent() {
        String log = """
                2026-11-24T02:17:11,617 ERROR Broker - bundle datahub-broker:1.0.0 (31)[io.datahub.broker.Broker(3)] : Error
                org.osgi.service.component.ComponentException: java.lang.NumberFormatException: For input string: "plenty"
                \tat org.apache.felix.scr.impl.inject.internal.Annotations$Handler.invoke(Annotations.java:379)
                \tat jdk.proxy7/jdk.proxy7.$Proxy52.queueBytes(Unknown Source)
                \tat io.datahub.broker.Limits.of(Limits.java:47)
                2026-11-24T02:17:11,618 ERROR Auth - [io.datahub.auth.Auth(1)] : Unable to get service for reference $002
                """;

        assertThat(StartupErrors.parse(log))
                .containsExactly("etc/io.datahub.broker.cfg - queueBytes has a value that can't be used:"
                        + " For input string: \"plenty\". The comment above it in that file says what can.");
    }

    @Test
    void shouldReportOnlyAComponentsOwnMessage() {
        String log = """
                2026-11-24T02:17:11,617 ERROR HomeService - bundle datahub-store:1.0.0 (37)[io.datahub.store.HomeService(22)] : \
                Error during instantiation of the implementation object
                java.lang.reflect.InvocationTargetException
                \tat java.base/x.Y.z(Y.java:1)
                Caused by: java.io.IOException: state/format is empty or damaged; restore a backup
                """;

        assertThat(StartupErrors.parse(log))
                .containsExactly("HomeService - state/format is empty or damaged; restore a backup");
    }

    @Test
    void shouldReadTheJsonFormat() {
        String log = """
                {"time":"2026-11-24T02:17:11.000Z","level":"INFO","logger":"Jetty","message":"begins","exception":""}
                {"time":"2026-11-24T02:17:11.617Z","level":"ERROR","logger":"Jetty","message":"host=\\"x\\" didn't start",\
                "exception":"java.lang.Exception: outer\\n\\tat x.Y.z(Y.java:1)\\nCaused by: java.net.BindException: \\u0041ddress\\n"}
                """;

        assertThat(StartupErrors.parse(log))
                .containsExactly("Jetty - host=\"x\" didn't start: java.net.BindException: Address");
    }

    @Test
    void shouldReportNothingForALogWithoutErrors() {
        assertThat(StartupErrors.parse("2026-11-24T02:17:11,000 INFO  Jetty - begins\n"))
                .isEmpty();
    }
}
