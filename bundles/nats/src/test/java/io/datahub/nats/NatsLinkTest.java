package io.datahub.nats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.datahub.api.secret.SecretFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The connection to a real server. */
class NatsLinkTest {

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    @TempDir
    Path secrets;

    private static String[] account(String password) {
        return new String[] {"--user", "hub", "--pass", password};
    }

    private void setPassword(String password) throws IOException {
        Files.writeString(secrets.resolve("events.password"), password);
    }

    @Test
    void shouldConnectWithChangedSecretsOnceTheOldOnesAreRefused() throws IOException {
        Files.writeString(secrets.resolve("events.user"), "hub");
        setPassword("old");
        try (NatsServer server = new NatsServer(account("old"));
                NatsLink link = new NatsLink(
                        NatsServers.parse(server.url()), new SecretFiles(secrets.toString()), "a", new NoOwner())) {
            link.start();
            await().atMost(PATIENCE).until(() -> link.isOpen() && link.failure().isEmpty());
            server.kill();
            await().atMost(PATIENCE).until(() -> link.failure().isPresent());
            server.start(account("new"));
            setPassword("new");
            await().atMost(PATIENCE).until(() -> link.isOpen() && link.failure().isEmpty());
        }
    }

    @Test
    void shouldTellAServerThatDoesNotTakeItsMessages() throws IOException {
        Path configuration = Files.writeString(secrets.resolve("nats.conf"), "max_payload: 65536\n");
        try (NatsServer small = new NatsServer("-c", configuration.toString());
                NatsServer usual = new NatsServer();
                NatsLink toSmall = new NatsLink(
                        NatsServers.parse(small.url()), new SecretFiles(secrets.toString()), "a", new NoOwner());
                NatsLink toUsual = new NatsLink(
                        NatsServers.parse(usual.url()), new SecretFiles(secrets.toString()), "a", new NoOwner())) {
            for (NatsLink link : List.of(toSmall, toUsual)) {
                link.start();
                await().atMost(PATIENCE).until(() -> link.failure().isEmpty());
            }
            assertThat(toSmall.tooSmallMaxPayload()).hasValue(65_536);
            assertThat(toUsual.tooSmallMaxPayload()).isEmpty();
        }
    }

    @Test
    void shouldSayWhyItCannotConnectAgain() throws IOException {
        try (NatsServer server = new NatsServer();
                NatsLink link = new NatsLink(
                        NatsServers.parse(server.url()), new SecretFiles(secrets.toString()), "a", new NoOwner())) {
            link.start();
            await().atMost(PATIENCE).until(() -> link.failure().isEmpty());
            server.kill();
            await().atMost(PATIENCE)
                    .until(() -> link.failure().orElse("").matches("the connection was lost, .*connection refused.*"));
            server.start();
            await().atMost(PATIENCE).until(() -> link.failure().isEmpty());
        }
    }

    @Test
    void shouldCountWhatAHandlerFailsOnAndGoOn() throws IOException {
        AtomicInteger failed = new AtomicInteger();
        AtomicInteger handled = new AtomicInteger();
        NatsLink.Owner owner = new NoOwner() {
            @Override
            public Map<String, NatsLink.Handler> subscriptions() {
                return Map.of("test", (subject, data) -> {
                    if (handled.getAndIncrement() == 0) {
                        throw new IllegalStateException("as a stopped broker");
                    }
                });
            }

            @Override
            public void malformed() {
                failed.incrementAndGet();
            }
        };
        SecretFiles none = new SecretFiles(secrets.toString());
        try (NatsServer server = new NatsServer();
                NatsLink from = new NatsLink(NatsServers.parse(server.url()), none, "a", new NoOwner());
                NatsLink to = new NatsLink(NatsServers.parse(server.url()), none, "b", owner)) {
            from.start();
            to.start();
            await().atMost(PATIENCE).until(() -> from.isOpen() && to.isOpen());
            await().atMost(PATIENCE).until(() -> {
                from.publish("test", new byte[1]);
                return handled.get() > 1;
            });
        }
        assertThat(failed).hasValue(1);
    }
}
