package io.datahub.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.ssh.keys.HostKeyFiles;
import io.datahub.test.Configurations;
import io.datahub.test.memory.MemoryBroker;
import io.datahub.test.memory.MemoryLastingDrafts;
import io.datahub.test.memory.MemoryRecordStore;
import io.datahub.test.memory.MemoryUsers;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SshTest {

    @TempDir
    private static Path home;

    private int port;
    private Ssh ssh;

    /** So that none is generated in the background. */
    @BeforeAll
    static void generateHostKeys() throws IOException {
        new HostKeyFiles(Files.createDirectory(home.resolve("state"))).load(Runnable::run);
    }

    @BeforeEach
    void setUp() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        MemoryRecordStore store = new MemoryRecordStore();
        ssh = new Ssh(
                configuration("port", port),
                store,
                new MemoryLastingDrafts(store::begin, Instant.EPOCH, 1_000),
                new MemoryBroker(new MemoryBroker.Limits(100, 100_000, 100_000, 100)),
                new MemoryUsers(),
                () -> home,
                path -> false,
                null);
    }

    @AfterEach
    void tearDown() {
        ssh.stop();
    }

    private SshConfiguration configuration(String key, Object value) {
        return Configurations.of(
                SshConfiguration.class, key.equals("port") ? Map.of(key, value) : Map.of("port", port, key, value));
    }

    @Test
    void shouldKeepPortAndConnectionsWhenTheNewPortIsTaken() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
            assertThat(client.getInputStream().read()).isEqualTo('S');

            ssh.modified(configuration("port", taken.getLocalPort()));

            assertThat(ssh.address().getPort()).isEqualTo(port);
            assertThat(ssh.check().ready()).isTrue();
            assertThat(ssh.check().degraded()).isTrue();
            assertThat(ssh.check().detail()).contains(":" + taken.getLocalPort());
            assertThat(client.getInputStream().read()).isEqualTo('S');
        }
        ssh.modified(configuration("maxHandshakes", 50));
        assertThat(ssh.check().degraded()).isFalse();
    }

    @Test
    void shouldListenAtTheFormerAddressWhenTheNewOneCantBeUsed() throws IOException {
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
            assertThat(client.getInputStream().read()).isEqualTo('S');

            ssh.modified(configuration("host", "no.such.host.invalid"));

            assertThat(ssh.check().detail()).contains("no.such.host.invalid");
            assertThat(client.getInputStream().read()).isEqualTo('S');
        }
        ssh.modified(configuration("host", "192.0.2.1")); // of no machine (RFC 5737)
        assertThat(ssh.check().degraded()).isTrue();
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
            assertThat(client.getInputStream().read()).isEqualTo('S');
        }
    }

    @Test
    void shouldMoveToAnotherPortAndBeSwitchedOff() throws IOException {
        int before = port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        ssh.modified(configuration("port", port));
        assertThat(ssh.address().getPort()).isEqualTo(port).isNotEqualTo(before);

        ssh.modified(configuration("port", 0));
        assertThat(ssh.check().detail()).contains("off");
    }
}
