package io.datahub.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.datahub.api.event.CloseReason;
import io.datahub.api.user.Credentials;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class WebSocketHandlerTest {

    private RunningGateway gateway;

    @BeforeEach
    void start() throws Exception {
        gateway = new RunningGateway();
    }

    @AfterEach
    void stop() throws Exception {
        gateway.close();
    }

    @Test
    void shouldWelcomeClientsAuthenticatedByTheRequest() throws Exception {
        try (RawClient client = new RawClient(gateway.port, "Authorization: Test jenkins")) {
            assertThat(client.status()).isEqualTo(101);
            assertThat(client.headers()).doesNotContainIgnoringCase("Sec-WebSocket-Protocol");
            assertThat(client.text()).isEqualTo("{\"type\":\"welcome\",\"user\":\"jenkins\"}");
            assertThat(gateway.broker.sessions().get(0).login().origin().transport())
                    .isEqualTo("websocket");
        }
    }

    @Test
    void shouldWelcomeClientsThatSendAuthFirst() throws Exception {
        try (RawClient client = new RawClient(gateway.port)) {
            client.send("{\"type\":\"auth\",\"token\":\"token-of-ann\",\"id\":\"a\"}");
            assertThat(client.text()).isEqualTo("{\"type\":\"ok\",\"id\":\"a\"}");
            assertThat(client.text()).isEqualTo("{\"type\":\"welcome\",\"user\":\"ann\"}");
            assertThat(gateway.loggedInLater).hasValue(1);
        }
    }

    @Test
    void shouldConfirmASubscriptionOnceItIsInForceAndSendItsEventsAfterwards() throws Exception {
        Queue<Runnable> unconfirmed = gateway.holdConfirmations();
        try (RawClient client = gateway.connect("ann")) {
            for (String since : List.of("", ",\"since\":\"0\"")) {
                client.send("{\"type\":\"subscribe\",\"topics\":[\"build.\"],\"id\":1" + since + "}");
                await().until(() -> !unconfirmed.isEmpty());
                gateway.broker.send("u", 1, utf8("build.done"), utf8("17"));
                unconfirmed.remove().run();
                assertThat(client.text()).startsWith("{\"type\":\"ok\",\"id\":1,");
                assertThat(client.text()).contains("build.done");
            }
        }
    }

    @Test
    void shouldWelcomeAClientWhoseAuthenticationIsPending() throws Exception {
        CompletableFuture<Void> verified = gateway.users.late(Credentials.Token.KIND);
        try (RawClient client = new RawClient(gateway.port);
                RawClient other = gateway.connect("ann")) {
            client.send("{\"type\":\"auth\",\"token\":\"token-of-root\",\"id\":\"a\"}");
            await().until(() -> gateway.users.attempts() == 1);
            other.send("{\"type\":\"subscribe\",\"topics\":[\"t\"],\"id\":1}");
            other.text();

            verified.complete(null);

            assertThat(client.text()).isEqualTo("{\"type\":\"ok\",\"id\":\"a\"}");
            assertThat(client.text()).isEqualTo("{\"type\":\"welcome\",\"user\":\"root\"}");
        }
    }

    @Test
    void shouldRefuseAClientWhoseAuthenticationFailsLater() throws Exception {
        CompletableFuture<Void> verified = gateway.users.late(Credentials.Token.KIND);
        try (RawClient client = new RawClient(gateway.port)) {
            client.send("{\"type\":\"auth\",\"token\":\"guess\"}");
            await().until(() -> gateway.users.attempts() == 1);

            verified.complete(null);

            assertThat(client.text()).contains("\"error\"");
            assertThat(client.closeCode()).isEqualTo(1008);
        }
    }

    @Test
    void shouldOpenNoSessionForAClientThatHasLeft() throws Exception {
        CompletableFuture<Void> verified = gateway.users.late(Credentials.Token.KIND);
        try (RawClient client = new RawClient(gateway.port)) {
            client.send("{\"type\":\"auth\",\"token\":\"token-of-ann\"}");
            await().until(() -> gateway.users.attempts() == 1);
            gateway.deactivate();
        }

        verified.complete(null);

        assertThat(gateway.broker.sessions()).isEmpty();
    }

    @Test
    void shouldKeepClientsWhenTheConfigurationChanges() throws Exception {
        try (RawClient before = gateway.connect("ann")) {
            before.send("{\"type\":\"subscribe\",\"topics\":[\"build.\"],\"id\":1}");
            before.text();

            gateway.handler.modified(new RunningGateway.Settings() {
                @Override
                public int maxConnections() {
                    return 2;
                }

                @Override
                public int threads() {
                    return 5;
                }
            });

            try (RawClient after = gateway.connect("jenkins");
                    RawClient tooMany = new RawClient(gateway.port, "Authorization: Test jenkins")) {
                assertThat(tooMany.status()).isEqualTo(503);
                after.send("{\"type\":\"publish\",\"topic\":\"build.x\",\"data\":\"x\"}");
                assertThat(before.text()).contains("\"topic\":\"build.x\"");
            }
        }
    }

    @Test
    void shouldCloseWith1008WhenTheTokenIsInvalid() throws Exception {
        try (RawClient client = new RawClient(gateway.port)) {
            client.send("{\"type\":\"auth\",\"token\":\"guess\"}");
            assertThat(client.text()).startsWith("{\"type\":\"error\",\"status\":401");
            assertThat(client.closeCode()).isEqualTo(1008);
            assertThat(gateway.loggedInLater).hasValue(0);
        }
    }

    @Test
    void shouldCloseWith1008WhenNoTokenComesInTime() throws Exception {
        try (RunningGateway brief = new RunningGateway(new RunningGateway.Settings() {
                    @Override
                    public long handshakeMillis() {
                        return 100;
                    }
                });
                RawClient client = new RawClient(brief.port)) {
            assertThat(client.closeCode()).isEqualTo(1008);
            client.awaitEnd();
        }
    }

    @Test
    void shouldCloseWith1008WhenTheFirstMessageIsSomethingElse() throws Exception {
        try (RawClient client = new RawClient(gateway.port)) {
            client.send("{\"type\":\"subscribe\",\"topics\":[\"\"],\"id\":7}");
            assertThat(client.text()).startsWith("{\"type\":\"error\",\"id\":7,\"status\":401,");
            assertThat(client.closeCode()).isEqualTo(1008);
        }
        assertThat(gateway.broker.sessions()).isEmpty();
    }

    @Test
    void shouldLetAnonymousClientsAuthenticate() throws Exception {
        try (RawClient client = gateway.connect("anonymous")) {
            client.send("{\"type\":\"auth\",\"token\":\"token-of-ann\"}");
            assertThat(client.text()).contains("\"user\":\"ann\"");
            client.send("{\"type\":\"auth\",\"token\":\"token-of-root\",\"id\":1}");
            assertThat(client.text()).contains("\"id\":1,\"status\":409");
        }
        assertThat(gateway.broker.sessions()).hasSizeLessThanOrEqualTo(1);
    }

    @Test
    void shouldDeliverPublishedEventsToSubscribers() throws Exception {
        try (RawClient subscriber = gateway.connect("ann");
                RawClient publisher = gateway.connect("jenkins")) {
            subscriber.send("{\"type\":\"subscribe\",\"topics\":[\"build.\",\"x\"],\"id\":1}");
            assertThat(subscriber.text()).isEqualTo("{\"type\":\"ok\",\"id\":1,\"granted\":[\"build.\",\"x\"]}");
            publisher.send(
                    "{\"type\":\"publish\",\"topic\":\"build.done\",\"data\":\"gr\u00fcn \\\"1\\\"\",\"id\":\"p\"}");
            assertThat(publisher.text()).isEqualTo("{\"type\":\"ok\",\"id\":\"p\"}");
            assertThat(subscriber.text().replaceFirst("\"time\":\"[^\"]+\"", "\"time\":\"now\""))
                    .isEqualTo("{\"type\":\"event\",\"topic\":\"build.done\",\"user\":\"jenkins\","
                            + "\"time\":\"now\",\"data\":\"gr\u00fcn \\\"1\\\"\"}");
            publisher.send("{\"type\":\"publish\",\"topic\":\"build.bin\",\"base64\":\"AP8=\"}");
            assertThat(subscriber.text()).contains("\"base64\":\"AP8=\"");
            subscriber.send("{\"type\":\"unsubscribe\",\"topics\":[\"build.\"],\"id\":2}");
            assertThat(subscriber.text()).isEqualTo("{\"type\":\"ok\",\"id\":2}");
            publisher.send("{\"type\":\"publish\",\"topic\":\"build.done\",\"data\":\"\",\"id\":3}");
            publisher.text();
            subscriber.send("{\"type\":\"unsubscribe\",\"topics\":[\"build.\"]}");
            assertThat(subscriber.text()).contains("\"status\":404");
        }
    }

    @Test
    void shouldSendFurtherFramesAndNoUserForEventsOfTheHub() throws Exception {
        try (RawClient client = gateway.connect("ann")) {
            client.send("{\"type\":\"subscribe\",\"topics\":[\"\"],\"id\":1}");
            client.text();
            gateway.broker.send("", 1, utf8("t"), utf8("p"), new byte[] {-1}, utf8("x"));
            assertThat(client.text())
                    .isEqualTo("{\"type\":\"event\",\"topic\":\"t\",\"time\":\"1970-01-01T00:00:00.001Z\","
                            + "\"data\":\"p\",\"frames\":[\"/w==\",\"eA==\"]}");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "no json",
                "[]",
                "{\"type\":\"dance\"}",
                "{\"topics\":[]}",
                "{\"type\":\"publish\",\"topic\":\"build.a\"}",
                "{\"type\":\"publish\",\"topic\":\"build.a\",\"data\":\"\",\"base64\":\"\"}",
                "{\"type\":\"publish\",\"topic\":\"build.a\",\"base64\":\"?\"}",
                "{\"type\":\"publish\",\"topic\":\"build.a\",\"data\":\"\\ud800\"}",
                "{\"type\":\"publish\",\"type\":\"publish\",\"topic\":\"build.a\",\"data\":\"\"}",
                "{\"type\":\"publish\",\"topic\":\"build.a\",\"data\":\"\"} {}",
                "{\"type\":\"subscribe\",\"topics\":\"build.\"}",
                "{\"type\":\"subscribe\",\"topics\":[\"file.\"],\"since\":\"yesterday\"}",
            })
    void shouldAnswer400ToInvalidMessages(String message) throws Exception {
        try (RawClient client = gateway.connect("ann")) {
            client.send(message);
            assertThat(client.text()).startsWith("{\"type\":\"error\",\"status\":400");
            client.send("{\"type\":\"subscribe\",\"topics\":[],\"id\":9}");
            assertThat(client.text()).isEqualTo("{\"type\":\"ok\",\"id\":9,\"granted\":[]}");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":5,\"id\":\"a\\\"\u00fc\"}",
                "{\"topics\":\"build.\",\"nested\":{\"id\":1},\"list\":[{\"id\":2}],\"id\" : \"a\\\"\u00fc\",\"type\":\"subscribe\"}",
                "{\"type\":\"publish\",\"type\":\"publish\",\"id\":\"a\\\"\u00fc\"}",
                "{\"type\":\"publish\",\"data\":\"\\ud800\",\"id\":\"a\\\"\u00fc\"}",
                "{\"type\":\"publish\",\"data\":\"x}\\\"id\\\":3\",,\"id\":\"a\\\"\u00fc\"}",
                "{\"deep\":[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]],\"id\":\"a\\\"\u00fc\"}",
                "{\"id\":\"a\\\"\u00fc\",\"type\":\"dance\"} {}",
                "{\"id\":\"a\\\"\u00fc\"",
            })
    void shouldAnswerInvalidMessagesWithTheirId(String message) throws Exception {
        try (RawClient client = gateway.connect("ann")) {
            client.send(message);
            assertThat(client.text()).startsWith("{\"type\":\"error\",\"id\":\"a\\\"\u00fc\",\"status\":400");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"dance\",\"id\":-1.5e3}",
                "{\"since\":{},\"type\":\"subscribe\",\"topics\":[],\"id\":-1.5e3}"
            })
    void shouldAnswerWithANumericId(String message) throws Exception {
        try (RawClient client = gateway.connect("ann")) {
            client.send(message);
            assertThat(client.text()).startsWith("{\"type\":\"error\",\"id\":-1.5e3,\"status\":400");
        }
    }

    @Test
    void shouldReportTheGrantedTopicsOfASubscription() throws Exception {
        try (RawClient client = gateway.connect("ann")) {
            client.send("{\"type\":\"subscribe\",\"topics\":[\"\",\"hub.\",\"build.\",\"file.deleted/\"],\"id\":1}");
            assertThat(client.text())
                    .isEqualTo("{\"type\":\"ok\",\"id\":1,\"granted\":[\"\",\"file.created/open/\","
                            + "\"file.deleted/open/\",\"file.rejected/open/\",\"file.updated/open/\",\"hub.lost\","
                            + "\"build.\"]}");
        }
    }

    @Test
    void shouldPauseOnlyTheClientWhoseEventIsBeingValidated() throws Exception {
        Queue<Runnable> pending = new ConcurrentLinkedQueue<>();
        try (RawClient waiting = gateway.connect("ann");
                RawClient other = gateway.connect("ann")) {
            gateway.broker.validate(pending::add);
            waiting.send("{\"type\":\"publish\",\"topic\":\"build.a\",\"data\":\"1\",\"id\":1}");
            await().until(() -> pending.size() == 1);
            gateway.broker.validate(null);
            waiting.send("{\"type\":\"publish\",\"topic\":\"build.a\",\"data\":\"2\",\"id\":2}");
            other.send("{\"type\":\"publish\",\"topic\":\"deploy.a\",\"data\":\"3\",\"id\":3}");
            assertThat(other.text()).startsWith("{\"type\":\"error\",\"id\":3,\"status\":403");

            pending.remove().run();

            assertThat(waiting.text()).isEqualTo("{\"type\":\"ok\",\"id\":1}");
            assertThat(waiting.text()).isEqualTo("{\"type\":\"ok\",\"id\":2}");
        }
    }

    @Test
    void shouldAnswer403WhenATopicIsNotGranted() throws Exception {
        try (RawClient client = gateway.connect("ann")) {
            client.send("{\"type\":\"publish\",\"topic\":\"deploy.now\",\"data\":\"\",\"id\":7}");
            assertThat(client.text()).startsWith("{\"type\":\"error\",\"id\":7,\"status\":403");
            client.send("{\"type\":\"publish\",\"topic\":\"file.created/x\",\"data\":\"\"}");
            assertThat(client.text()).startsWith("{\"type\":\"error\",\"status\":403");
        }
    }

    @Test
    void shouldAddNoSubscriptionWhenTheLimitIsExceeded() throws Exception {
        try (RawClient client = gateway.connect("ann")) {
            client.send("{\"type\":\"subscribe\",\"topics\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\"],\"id\":1}");
            assertThat(client.text()).contains("\"status\":429");
            assertThat(gateway.subscribed()).isEmpty();
        }
    }

    @Test
    void shouldSupportTheBinarySubprotocol() throws Exception {
        try (RawClient client = new RawClient(
                gateway.port, "Authorization: Test ann", "Sec-WebSocket-Protocol: x, datahub.v1.binary, datahub.v1")) {
            assertThat(client.headers()).contains("Sec-WebSocket-Protocol: datahub.v1.binary");
            client.text();
            client.send("{\"type\":\"subscribe\",\"topics\":[\"build.\"],\"id\":1}");
            client.text();
            client.send(RawClient.BINARY, true, utf8("build.a\0\u00ff\0"));
            RawClient.Frame event = client.next();
            assertThat(event.opCode()).isEqualTo(RawClient.BINARY);
            assertThat(event.text()).isEqualTo("build.a\0\u00ff\0");
            client.send(RawClient.BINARY, true, utf8("no end"));
            assertThat(client.text()).contains("\"status\":400");
        }
    }

    @Test
    void shouldIgnoreUnsupportedSubprotocols() throws Exception {
        try (RawClient client =
                new RawClient(gateway.port, "Authorization: Test ann", "Sec-WebSocket-Protocol: mqtt, secret")) {
            assertThat(client.status()).isEqualTo(101);
            assertThat(client.headers()).doesNotContainIgnoringCase("Sec-WebSocket-Protocol");
            assertThat(client.text()).contains("welcome");
        }
    }

    @Test
    void shouldAssembleFragmentsAndAnswerPingsBetweenThem() throws Exception {
        try (RawClient client = gateway.connect("ann")) {
            byte[] message = utf8("{\"type\":\"subscribe\",\"topics\":[\"\u00fc\"],\"id\":1}");
            client.send(RawClient.TEXT, false, Arrays.copyOf(message, 34));
            client.send(RawClient.PING, true, utf8("hello"));
            client.send(RawClient.CONTINUATION, false, new byte[0]);
            client.send(RawClient.CONTINUATION, true, Arrays.copyOfRange(message, 34, message.length));
            RawClient.Frame pong = client.next();
            assertThat(pong.opCode()).isEqualTo(RawClient.PONG);
            assertThat(pong.text()).isEqualTo("hello");
            assertThat(client.text()).isEqualTo("{\"type\":\"ok\",\"id\":1,\"granted\":[\"\u00fc\"]}");
            assertThat(gateway.subscribed()).containsExactly("\u00fc");
        }
    }

    @Test
    void shouldCloseWithTheCodeOfTheError() throws Exception {
        try (RawClient client = gateway.connect("ann")) {
            client.send(RawClient.BINARY, true, utf8("build.a\0x"));
            assertThat(client.closeCode()).isEqualTo(1003);
        }
        try (RawClient client = gateway.connect("ann")) {
            client.send(RawClient.TEXT, true, new byte[] {'"', -1, '"'});
            assertThat(client.closeCode()).isEqualTo(1007);
        }
        try (RawClient client = gateway.connect("ann")) {
            client.send(RawClient.CONTINUATION, true, utf8("x"));
            assertThat(client.closeCode()).isEqualTo(1002);
        }
    }

    @Test
    void shouldCloseWith1009WhenAMessageIsTooLarge() throws Exception {
        try (RawClient client = gateway.connect("ann")) {
            String largest = "x".repeat(1024 * 1024);
            client.send("{\"type\":\"publish\",\"topic\":\"build.a\",\"data\":\"" + largest + "\",\"id\":1}");
            assertThat(client.text()).isEqualTo("{\"type\":\"ok\",\"id\":1}");
            client.send("{\"type\":\"publish\",\"topic\":\"build.a\",\"data\":\"x" + largest + "\",\"id\":2}");
            assertThat(client.text()).startsWith("{\"type\":\"error\",\"id\":2,\"status\":413,");
            assertThat(client.closeCode()).isEqualTo(1009);
        }
        try (RawClient client = gateway.connect("ann")) {
            byte[] part = new byte[60_000];
            client.send(RawClient.TEXT, false, part);
            // The 25th fragment exceeds the limit; a later fragment could be sent to a closed connection.
            for (int i = 1; i < 25; i++) {
                client.send(RawClient.CONTINUATION, false, part);
            }
            assertThat(client.closeCode()).isEqualTo(1009);
        }
    }

    @Test
    void shouldSendManyEventsOfAllSizesInOrder() throws Exception {
        int[] sizes = {0, 1, 100, 117, 70_000, 3, 65_536, 65_400, 200_000, 20_000, 20_000};
        try (RawClient client =
                new RawClient(gateway.port, "Authorization: Test ann", "Sec-WebSocket-Protocol: datahub.v1.binary")) {
            client.text();
            client.send("{\"type\":\"subscribe\",\"topics\":[\"t\"],\"id\":1}");
            client.text();
            for (int i = 0; i < 220; i++) {
                gateway.broker.send("u", 1, utf8("t"), new byte[sizes[i % sizes.length]], utf8("left out"));
                gateway.broker.send("u", 1, utf8("t"), utf8("number " + i));
            }
            for (int i = 0; i < 220; i++) {
                assertThat(client.message()).hasSize(2 + sizes[i % sizes.length]);
                assertThat(client.text()).isEqualTo("t\0number " + i);
            }
        }
    }

    @Test
    void shouldLimitMessagesBeforeAuthentication() throws Exception {
        try (RawClient client = new RawClient(gateway.port)) {
            client.send("{\"type\":\"auth\",\"token\":\"token-of-ann\",\"x\":\"" + "x".repeat(21_000) + "\"}");
            assertThat(client.closeCode()).isEqualTo(1009);
        }
    }

    @Test
    void shouldCloseTheClientWithTheLargestIncompleteMessageAtTheLimit() throws Exception {
        try (RawClient large = gateway.connect("ann");
                RawClient small = gateway.connect("ann");
                RawClient last = gateway.connect("ann")) {
            large.send(RawClient.TEXT, false, new byte[1_100_000]);
            large.send(RawClient.PING, true, new byte[0]);
            assertThat(large.next().opCode()).isEqualTo(RawClient.PONG);
            small.send(RawClient.TEXT, false, new byte[600_000]);
            small.send(RawClient.PING, true, new byte[0]);
            assertThat(small.next().opCode()).isEqualTo(RawClient.PONG);
            last.send(RawClient.TEXT, false, new byte[700_000]);
            assertThat(large.closeCode()).isEqualTo(1013);
            last.send(RawClient.PING, true, new byte[0]);
            assertThat(last.next().opCode()).isEqualTo(RawClient.PONG);
        }
    }

    @ParameterizedTest
    @EnumSource(CloseReason.class)
    void shouldCloseWithTheReasonOfTheBroker(CloseReason reason) throws Exception {
        int code = switch (reason) {
            case ACCESS_LOST, DISCONNECTED -> 1008;
            case TOO_SLOW -> 1013;
            case HUB_STOPS -> 1001;
        };
        try (RawClient client = gateway.connect("ann")) {
            gateway.broker.endAll(reason);
            assertThat(client.closeCode()).isEqualTo(code);
            client.awaitEnd();
        }
    }

    @Test
    void shouldAbortAnUnresponsiveClientWhenItsSessionHasEnded() throws Exception {
        try (RawClient client = gateway.connect("ann")) {
            client.send("{\"type\":\"subscribe\",\"topics\":[\"\"],\"id\":1}");
            client.text();
            for (int i = 0; i < 100; i++) {
                gateway.broker.send("u", 1, utf8("t"), new byte[1024 * 1024]);
            }
            long all = 100 * 1024 * 1024;
            await().until(() -> gateway.broker.counters().queuedBytes() < all);
            assertThat(gateway.broker.counters().queuedBytes()).isGreaterThan(all / 10 * 9);
            gateway.broker.endAll(CloseReason.TOO_SLOW);
            await().until(() -> gateway.handler.check().detail().endsWith("clients=0"));
        }
    }

    @Test
    void shouldEndTheSessionWhenTheClientDisconnects() throws Exception {
        try (RawClient client = gateway.connect("ann")) {
            assertThat(gateway.broker.sessions()).hasSize(1);
            client.send(RawClient.CLOSE, true, new byte[] {3, (byte) 232});
            assertThat(client.closeCode()).isEqualTo(1000);
        }
        await().until(() -> gateway.broker.sessions().isEmpty());
        RawClient client = gateway.connect("ann");
        assertThat(gateway.broker.sessions()).hasSize(1);
        client.close();
        await().until(() -> gateway.broker.sessions().isEmpty());
    }

    @Test
    void shouldCloseConnectionsWhenTheHubStops() throws Exception {
        try (RawClient client = gateway.connect("ann")) {
            Thread stopping = new Thread(gateway::deactivate, "stopping");
            stopping.start();
            assertThat(client.closeCode()).isEqualTo(1001);
            client.send(RawClient.CLOSE, true, new byte[] {3, (byte) 233});
            stopping.join(5000);
            assertThat(stopping.isAlive()).isFalse();
            assertThat(gateway.broker.sessions()).isEmpty();
        }
    }

    @Test
    void shouldRefuseUnlistedOrigins() throws Exception {
        assertThat(status("Origin: https://evil.example")).isEqualTo(403);
        assertThat(status("Origin: null")).isEqualTo(403);
        assertThat(status("Origin: http://localhost:1")).isEqualTo(403);
        assertThat(status("Origin: http://localhost:" + gateway.port)).isEqualTo(101);
        assertThat(status("Origin: https://b.example")).isEqualTo(101);
    }

    private int status(String header) throws Exception {
        try (RawClient client = new RawClient(gateway.port, header)) {
            return client.status();
        }
    }

    @Test
    void shouldRefuseConnectionsAtTheLimit() throws Exception {
        try (RawClient first = gateway.connect("ann");
                RawClient second = gateway.connect("ann");
                RawClient third = gateway.connect("ann")) {
            assertThat(List.of(first.status(), second.status(), third.status())).containsOnly(101);
            assertThat(status("Authorization: Test ann")).isEqualTo(503);
        }
        await().until(() -> gateway.handler.check().detail().endsWith("clients=0"));
        assertThat(status("Authorization: Test ann")).isEqualTo(101);
    }

    @Test
    void shouldSendItsVersionToUnsupportedVersions() throws Exception {
        try (RawClient client = new RawClient(gateway.port, "8", new String[0])) {
            assertThat(client.status()).isEqualTo(426);
            assertThat(client.headers()).contains("Sec-WebSocket-Version: 13");
        }
    }

    @Test
    void shouldPingAnIdleClientAndAbortOneThatStaysIdle() throws Exception {
        try (RunningGateway brief = new RunningGateway(new RunningGateway.Settings() {
                    @Override
                    public long idleMillis() {
                        return 2_000;
                    }
                });
                RawClient client = brief.connect("ann")) {
            assertThat(client.next().opCode()).isEqualTo(RawClient.PING);
            client.send(RawClient.PONG, true, new byte[0]);
            assertThat(client.next().opCode()).isEqualTo(RawClient.PING);
            client.awaitEnd();
            await().until(() -> brief.broker.sessions().isEmpty());
        }
    }

    @Test
    void shouldSupportTheJdkClient() throws Exception {
        LinkedBlockingQueue<String> messages = new LinkedBlockingQueue<>();
        WebSocket socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .subprotocols("datahub.v1")
                .header("Authorization", "Test ann")
                .buildAsync(URI.create("ws://localhost:" + gateway.port + "/events"), new WebSocket.Listener() {
                    private final StringBuilder text = new StringBuilder();

                    @Override
                    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
                        text.append(data);
                        if (last) {
                            messages.add(text.toString());
                            text.setLength(0);
                        }
                        from.request(1);
                        return null;
                    }
                })
                .get(30, TimeUnit.SECONDS);
        assertThat(socket.getSubprotocol()).isEqualTo("datahub.v1");
        assertThat(messages.poll(30, TimeUnit.SECONDS)).contains("welcome");
        socket.sendText("{\"type\":\"subscribe\",\"topics\":[\"build.\"],\"id\":1}", true)
                .get(30, TimeUnit.SECONDS);
        assertThat(messages.poll(30, TimeUnit.SECONDS)).contains("ok");
        byte[] payload = new byte[300_000];
        Arrays.fill(payload, (byte) 'x');
        gateway.broker.send("u", 1, utf8("build.a"), payload);
        assertThat(messages.poll(30, TimeUnit.SECONDS)).hasSizeGreaterThan(300_000);
        socket.abort();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
