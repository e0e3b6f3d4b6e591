package io.datahub.nats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.datahub.api.secret.SecretFiles;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The connection to a real server over TLS. */
class EncryptedServerTest {

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    @TempDir
    static Path folder;

    private static TestAuthority authority;

    @BeforeAll
    static void makeAuthority() throws Exception {
        authority = new TestAuthority(folder);
        authority.write(folder.resolve("events.ca.pem"));
    }

    private static NatsLink link(NatsServer server, String host, String secrets) {
        NatsLink link = new NatsLink(
                NatsServers.parse("tls://" + host + ":" + server.port()), new SecretFiles(secrets), "a", new NoOwner());
        link.start();
        return link;
    }

    private static void assertConnects(NatsServer server, String host) {
        try (NatsLink link = link(server, host, folder.toString())) {
            await().atMost(PATIENCE).until(() -> link.isOpen() && link.failure().isEmpty());
        }
    }

    private static void assertFails(NatsServer server, String host, String secrets, String reason) {
        try (NatsLink link = link(server, host, secrets)) {
            await().atMost(PATIENCE).until(() -> link.failure().orElse("").contains(reason));
            assertThat(link.isOpen()).isFalse();
        }
    }

    @Test
    void shouldCompareTheNameOfTheServer() throws Exception {
        try (NatsServer named = new NatsServer(authority.server("named", "dns:localhost"))) {
            assertConnects(named, "localhost");
            assertFails(named, "127.0.0.1", folder.toString(), "no subject alternative names");
        }
        try (NatsServer other = new NatsServer(authority.server("other", "dns:other.example,ip:127.0.0.1"))) {
            assertConnects(other, "127.0.0.1");
            assertFails(other, "localhost", folder.toString(), "no subject alternative DNS name matching localhost");
        }
    }

    @Test
    void shouldRefuseACertificateThatHasExpired() throws Exception {
        try (NatsServer expired =
                new NatsServer(authority.server("expired", "dns:localhost", "-startdate", "-9d", "-validity", "2"))) {
            assertFails(expired, "localhost", folder.toString(), "the certificate has expired");
        }
    }

    @Test
    void shouldRefuseAnAuthorityThatIsNotTrusted() throws Exception {
        try (NatsServer server = new NatsServer(authority.server("unknown", "dns:localhost"))) {
            assertFails(server, "localhost", "", "isn't signed by an authority that the hub trusts");
        }
    }

    @Test
    void shouldSayThatTheServerHasNoTls() throws Exception {
        try (NatsServer plain = new NatsServer()) {
            assertFails(plain, "localhost", folder.toString(), "SSL connection wanted by client");
        }
    }
}
