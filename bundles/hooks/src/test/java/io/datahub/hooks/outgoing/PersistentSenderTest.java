package io.datahub.hooks.outgoing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.datahub.api.state.AdapterState;
import io.datahub.test.memory.MemoryAdapterStates;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a sender does when another hub of the cluster takes over. */
class PersistentSenderTest {

    private final AdapterState state = new MemoryAdapterStates(InstantSource.system()).of("webhook-w");
    private final AtomicBoolean isOwner = new AtomicBoolean(true);
    private final ExecutorService executor = Executors.newSingleThreadExecutor();
    private HttpServer server;
    private Target target;
    private PersistentSender sender;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.start();
        URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
        target = new Target("w", url, Optional.empty(), Optional.empty(), true);
        sender = new PersistentSender("w", target, state, "hash", isOwner::get);
    }

    @AfterEach
    void stop() {
        sender.stop();
        target.close();
        server.stop(0);
        executor.shutdownNow();
    }

    private void answer(int status, Runnable before) {
        server.createContext("/", exchange -> {
            before.run();
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
        });
    }

    private Future<Attempt> send() {
        Message message = new Message("msg_1", "x.y", Map.of("Content-Type", "text/plain"), new byte[0]);
        return executor.submit(() -> sender.send(message));
    }

    private void assertEndsForTheOtherHub(Future<Attempt> sending) {
        assertThatThrownBy(() -> sending.get(30, TimeUnit.SECONDS))
                .hasCauseInstanceOf(IOException.class)
                .hasMessageContaining("another hub");
        assertThat(sender.failure()).isEmpty();
    }

    @Test
    void shouldNotTryAgain() {
        answer(503, () -> {});
        Future<Attempt> sending = send();
        await().until(() -> !sender.failure().isEmpty());
        isOwner.set(false);
        sender.endPause();
        assertEndsForTheOtherHub(sending);
    }

    @Test
    void shouldNotWaitForItsResumption() {
        answer(410, () -> {});
        Future<Attempt> sending = send();
        await().until(sender::hasEnded);
        isOwner.set(false);
        sender.endPause();
        assertEndsForTheOtherHub(sending);
    }

    @Test
    void shouldNotEndTheWebhookOfTheOtherHub() throws IOException {
        answer(410, () -> isOwner.set(false));
        assertEndsForTheOtherHub(send());
        assertThat(state.get("ended")).isEmpty();
    }
}
