package io.datahub.karaf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LauncherIT {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    @Test
    void shouldStartReportItsStatusAndStop() throws Exception {
        try (Hub hub = Hub.prepared()) {
            assertThat(hub.launch("status").status(TIMEOUT)).isNotZero();

            Launched start = hub.launch("start");
            assertThat(start.status(Hub.TIMEOUT)).as(start.text()).isZero();
            assertThat(start.text())
                    .contains("http://127.0.0.1:" + hub.httpPort() + "/", "tcp://127.0.0.1:" + hub.zeromqPort())
                    .contains(hub.home().resolve("files").toString());
            assertThat(hub.launch("status").status(TIMEOUT)).isZero();
            assertThat(hub.console("feature:list -i -s | grep datahub-api")).contains("Started");

            ProcessHandle process = hub.process();
            hub.stop();

            await("the process is gone").atMost(TIMEOUT).until(() -> !process.isAlive());
            assertThat(hub.launch("status").status(TIMEOUT)).isNotZero();
            assertThat(hub.launch("stop").status(TIMEOUT)).isZero();
        }
    }

    @Test
    void shouldExitWithZeroOnAnInterruptInTheForeground() throws Exception {
        try (Hub hub = Hub.prepared()) {
            Launched run = hub.launch("run");
            await("ready\n" + run.text())
                    .atMost(Hub.TIMEOUT)
                    .until(() -> run.text().contains("is ready"));

            assertThat(new ProcessBuilder(
                                    "kill", "-INT", String.valueOf(run.process().pid()))
                            .start()
                            .waitFor())
                    .isZero();

            assertThat(run.status(TIMEOUT)).as(run.text()).isZero();
            assertThat(run.process().descendants()).isEmpty();
        }
    }

    @Test
    void shouldReportAPortInUseInOneLine() throws Exception {
        try (Hub hub = Hub.prepared();
                ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            hub.set("DATAHUB_ZMQ_PORT", String.valueOf(other.getLocalPort()));

            Launched run = hub.launch("run");

            assertThat(run.status(TIMEOUT)).isEqualTo(1);
            assertThat(run.text().lines().filter(line -> line.contains("ZeroMQ port " + other.getLocalPort())))
                    .hasSize(1)
                    .allMatch(line -> line.contains("DATAHUB_ZMQ_PORT"));
        }
    }

    @Test
    void shouldReportAnInvalidPortInOneLine() throws Exception {
        try (Hub hub = Hub.prepared().set("DATAHUB_HTTP_PORT", "http")) {
            Launched run = hub.launch("run");

            assertThat(run.status(TIMEOUT)).isEqualTo(1);
            assertThat(run.text()).containsOnlyOnce("DATAHUB_HTTP_PORT");
        }
    }

    @Test
    void shouldReportAnUnwritableHomeInOneLine(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "not a folder");
        try (Hub hub = Hub.prepared().set("DATAHUB_HOME", file.resolve("hub").toString())) {
            Launched run = hub.launch("run");

            assertThat(run.status(TIMEOUT)).isEqualTo(1);
            assertThat(run.text().lines()).singleElement().asString().contains(file.toString(), "DATAHUB_HOME");
        }
    }

    @Test
    void shouldRefuseASecondHubOnTheSameHome() throws Exception {
        try (Hub hub = Hub.started()) {
            Launched second = hub.launch("run");

            assertThat(second.status(TIMEOUT)).isEqualTo(1);
            assertThat(second.text().lines()).singleElement().asString().contains("Another hub", "DATAHUB_HOME");
            assertThat(hub.launch("status").status(TIMEOUT)).isZero();
        }
    }

    @Test
    void shouldRunTwoHubsSideBySide() throws Exception {
        try (Hub one = Hub.started();
                Hub other = Hub.started()) {
            assertThat(one.launch("status").status(TIMEOUT)).isZero();
            assertThat(other.launch("status").status(TIMEOUT)).isZero();

            one.stop();

            assertThat(other.launch("status").status(TIMEOUT)).isZero();
        }
    }

    @Test
    void shouldStartAgainAfterItWasKilled() throws Exception {
        try (Hub hub = Hub.started()) {
            hub.kill();
            assertThat(hub.launch("status").status(TIMEOUT)).isNotZero();

            hub.start();

            assertThat(hub.launch("status").status(TIMEOUT)).isZero();
            // Uses HTTP/2, which needs bundles that must be started before the others.
            assertThat(new Http(hub, hub.adminToken()).get("/whoami").statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void shouldReturnTheExitStatusOfACommand() throws Exception {
        try (Hub hub = Hub.started()) {
            assertThat(hub.launch("console", "no:such-command").status(TIMEOUT)).isNotZero();

            Launched echo = hub.launch("console", "echo", "it's", "a \"b\" $c", "d|e");
            assertThat(echo.status(TIMEOUT)).isZero();
            assertThat(echo.text()).isEqualToIgnoringNewLines("it's a \"b\" $c d|e");
        }
    }
}
