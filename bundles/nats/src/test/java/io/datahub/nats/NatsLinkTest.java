package io.datahub.nats;

import static org.awaitility.Awaitility.await;

import io.datahub.api.secret.SecretFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The connection to a real server. */
class NatsLinkTest {

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    @TempDir
    Path secrets;

    private static final class NoOwner implements NatsLink.Owner {
        @Override
        public Map<String, NatsLink.Handler> subscriptions() {
            return Map.of();
        }

        @Override
        public void connected() {}

        @Override
        public void malformed() {}
    }

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
}
