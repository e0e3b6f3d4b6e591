package io.datahub.karaf;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LauncherIT {

    private static final Duration SOON = Duration.ofSeconds(30);

    @Test
    void shouldStartTellWhetherItIsReadyAndStop() throws Exception {
        try (Hub hub = Hub.prepared()) {
            assertThat(hub.launch("status").status(SOON)).isNotZero();

            Launched start = hub.launch("start");
            assertThat(start.status(Hub.PATIENCE)).as(start.text()).isZero();
            assertThat(start.text())
                    .contains("http://127.0.0.1:" + hub.httpPort() + "/", "tcp://127.0.0.1:" + hub.zeromqPort())
                    .contains(hub.home().resolve("files").toString());
            assertThat(hub.launch("status").status(SOON)).isZero();
            assertThat(hub.console("feature:list -i -s | grep datahub-api")).contains("Started");

            ProcessHandle process = hub.process();
            hub.stop();

            Await.until("the process is gone", SOON, () -> !process.isAlive());
            assertThat(hub.launch("status").status(SOON)).isNotZero();
            assertThat(hub.launch("stop").status(SOON)).isZero();
        }
    }

    @Test
    void shouldEndWithZeroOnAnInterruptInTheForeground() throws Exception {
        try (Hub hub = Hub.prepared()) {
            Launched run = hub.launch("run");
            Await.until("ready\n" + run.text(), Hub.PATIENCE, () -> run.text().contains("is ready"));

            assertThat(new ProcessBuilder(
                                    "kill", "-INT", String.valueOf(run.process().pid()))
                            .start()
                            .waitFor())
                    .isZero();

            assertThat(run.status(SOON)).as(run.text()).isZero();
            assertThat(run.process().descendants()).isEmpty();
        }
    }

    @Test
    void shouldTellInOneLineThatAPortIsTaken() throws Exception {
        try (Hub hub = Hub.prepared();
                ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            hub.set("DATAHUB_ZMQ_PORT", String.valueOf(other.getLocalPort()));

            Launched run = hub.launch("run");

            assertThat(run.status(SOON)).isEqualTo(1);
            assertThat(run.text().lines().filter(line -> line.contains("ZeroMQ port " + other.getLocalPort())))
                    .hasSize(1)
                    .allMatch(line -> line.contains("DATAHUB_ZMQ_PORT"));
        }
    }

    @Test
    void shouldTellInOneLineThatAPortIsNoNumber() throws Exception {
        try (Hub hub = Hub.prepared().set("DATAHUB_HTTP_PORT", "http")) {
            Launched run = hub.launch("run");

            assertThat(run.status(SOON)).isEqualTo(1);
            assertThat(run.text()).containsOnlyOnce("DATAHUB_HTTP_PORT");
        }
    }

    @Test
    void shouldTellInOneLineThatTheHomeCannotBeWritten(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "not a folder");
        try (Hub hub = Hub.prepared().set("DATAHUB_HOME", file.resolve("hub").toString())) {
            Launched run = hub.launch("run");

            assertThat(run.status(SOON)).isEqualTo(1);
            assertThat(run.text().lines()).singleElement().asString().contains(file.toString(), "DATAHUB_HOME");
        }
    }

    @Test
    void shouldKeepASecondHubOutOfAHome() throws Exception {
        try (Hub hub = Hub.started()) {
            Launched second = hub.launch("run");

            assertThat(second.status(SOON)).isEqualTo(1);
            assertThat(second.text().lines()).singleElement().asString().contains("Another hub", "DATAHUB_HOME");
            assertThat(hub.launch("status").status(SOON)).isZero();
        }
    }

    @Test
    void shouldRunTwoHubsSideBySide() throws Exception {
        try (Hub one = Hub.started();
                Hub other = Hub.started()) {
            assertThat(one.launch("status").status(SOON)).isZero();
            assertThat(other.launch("status").status(SOON)).isZero();

            one.stop();

            assertThat(other.launch("status").status(SOON)).isZero();
        }
    }

    @Test
    void shouldComeUpAgainAfterItWasKilled() throws Exception {
        try (Hub hub = Hub.started()) {
            hub.kill();
            assertThat(hub.launch("status").status(SOON)).isNotZero();

            hub.start();

            assertThat(hub.launch("status").status(SOON)).isZero();
            // By HTTP/2, which has parts that must be there before the others.
            assertThat(new Http(hub, hub.adminToken()).get("/whoami").statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void shouldReturnTheExitStatusOfACommand() throws Exception {
        try (Hub hub = Hub.started()) {
            assertThat(hub.launch("console", "no:such-command").status(SOON)).isNotZero();

            Launched echo = hub.launch("console", "echo", "it's", "a \"b\" $c", "d|e");
            assertThat(echo.status(SOON)).isZero();
            assertThat(echo.text()).isEqualToIgnoringNewLines("it's a \"b\" $c d|e");
        }
    }
}
