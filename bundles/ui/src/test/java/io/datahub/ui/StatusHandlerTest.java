package io.datahub.ui;

import static io.datahub.api.user.Action.PUBLISH;
import static io.datahub.api.user.Action.SUBSCRIBE;
import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.config.ConfigurationProblem;
import io.datahub.api.config.ConfigurationProblem.InEffect;
import io.datahub.api.event.NoOpSink;
import io.datahub.api.event.Session;
import io.datahub.api.user.Grant;
import io.datahub.api.user.Origin;
import io.datahub.api.user.User;
import io.datahub.api.validation.ValidatorId;
import io.datahub.api.validation.ValidatorStatus;
import io.datahub.api.validation.ValidatorStatus.State;
import io.datahub.test.FakeSink;
import io.datahub.test.cluster.TwoHubs;
import io.datahub.test.http.TestServer;
import io.datahub.test.memory.MemoryBroker;
import io.datahub.test.memory.MemoryRegistry;
import io.datahub.test.memory.MemoryUsers;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StatusHandlerTest {

    private final MemoryUsers users = new MemoryUsers()
            .with(new User(
                    "jenkins",
                    Set.of("ci"),
                    List.of(new Grant(PUBLISH, "", "test"), new Grant(SUBSCRIBE, "", "test"))));
    private final MemoryBroker broker = new MemoryBroker(new MemoryBroker.Limits(2, 1_000, 1_000, 10));
    private final List<ValidatorStatus> validators = new ArrayList<>();

    private TestServer serve(String role) throws Exception {
        return new TestServer(
                new StatusHandler(broker, new MemoryRegistry(users), () -> validators),
                new User("u", Set.of(role), List.of()));
    }

    @Test
    void shouldEvaluateConditions() throws Exception {
        try (TestServer server = serve("monitor")) {
            assertThat(server.get("/status", "If-Match", "\"x\"").statusCode()).isEqualTo(412);
            assertThat(server.get("/status", "If-None-Match", "*").statusCode()).isEqualTo(304);
        }
    }

    @Test
    void shouldShowProblemsOfTheConfiguration() throws Exception {
        StatusHandler handler = new StatusHandler(broker, new MemoryRegistry(users), () -> validators);
        handler.configuration = () -> List.of(new ConfigurationProblem(
                "io.datahub.hook~x", "etc/io.datahub.hook-x.cfg", "user", "is missing", InEffect.NOTHING));
        try (TestServer server = new TestServer(handler, new User("u", Set.of("monitor"), List.of()))) {
            assertThat(server.get("/status").body())
                    .contains("\"configurationProblems\":[{\"file\":\"etc/io.datahub.hook-x.cfg\",\"key\":\"user\","
                            + "\"reason\":\"is missing\",\"inEffect\":\"nothing\"}]");
        }
    }

    @Test
    void shouldDisconnectClientsForAdministratorsOnly() throws Exception {
        Origin origin = new Origin("zeromq", InetAddress.getLoopbackAddress(), false);
        Session session = broker.open(users.login("jenkins", origin), NoOpSink.INSTANCE);
        String path = "/status/clients/" + session.info().id().number();
        try (TestServer server = serve("monitor")) {
            assertThat(server.send("DELETE", path, "").statusCode()).isEqualTo(403);
            assertThat(broker.sessions()).hasSize(1);
        }
        try (TestServer server = serve("admin")) {
            assertThat(server.get(path).statusCode()).isEqualTo(405);
            assertThat(server.send("DELETE", "/status/clients/none", "").statusCode())
                    .isEqualTo(400);
            assertThat(server.send("DELETE", "/status", "").statusCode()).isEqualTo(405);
            assertThat(server.send("DELETE", path, "").statusCode()).isEqualTo(204);
            assertThat(broker.sessions()).isEmpty();
            assertThat(server.send("DELETE", path, "").statusCode()).isEqualTo(404);
        }
    }

    @Test
    void shouldReportClientsAndCounters() throws Exception {
        Origin origin = new Origin("zeromq", InetAddress.getLoopbackAddress(), false);
        Session session = broker.open(users.login("jenkins", origin), NoOpSink.INSTANCE);
        session.subscribe(new byte[0]);
        for (String topic : List.of("a", "b", "c", "d", "hub.x")) {
            session.publish(() -> {}, topic, new byte[0]);
            if (topic.equals("a")) {
                FakeSink.events(session);
            }
        }
        try (TestServer server = serve("monitor")) {
            assertThat(server.get("/status").body())
                    .contains("\"events\":{\"in\":4,\"out\":1,\"lost\":1,\"refused\":1,\"queuedBytes\":10}")
                    .contains("\"connected\":1,\"clients\":[{\"id\":1,\"user\":\"jenkins\",\"transport\":\"zeromq\",")
                    .contains("\"validators\":[]")
                    .doesNotContain("\"users\"");
        }
    }

    @Test
    void shouldReportTheUsersToAdministrators() throws Exception {
        try (TestServer server = serve("admin")) {
            assertThat(server.get("/status").body())
                    .contains(
                            "\"users\":[{\"name\":\"jenkins\",\"roles\":[\"ci\"],\"disabled\":false,\"credentials\":[]}]");
        }
    }

    @Test
    void shouldReportValidatorsAndWhyOneIsUnavailable() throws Exception {
        validators.add(new ValidatorStatus(
                new ValidatorId("xml", "1.10.0"),
                State.ACTIVE,
                List.of("**/*.xml"),
                List.of(),
                "b",
                "",
                Optional.empty()));
        validators.add(new ValidatorStatus(
                new ValidatorId("xsd-build", ""),
                State.UNAVAILABLE,
                List.of("build/**"),
                List.of(),
                "",
                "schema is missing",
                Optional.empty()));
        try (TestServer server = serve("monitor")) {
            assertThat(server.get("/status").body())
                    .contains(
                            "\"validators\":[{\"name\":\"xml\",\"version\":\"1.10.0\",\"bundle\":\"b\",\"state\":\"active\","
                                    + "\"paths\":[\"**/*.xml\"],\"topics\":[]},{\"name\":\"xsd-build\",\"version\":\"\",\"bundle\":\"\","
                                    + "\"state\":\"unavailable\",\"reason\":\"schema is missing\",\"paths\":[\"build/**\"],\"topics\":[]}]");
        }
    }

    @Test
    void shouldReportTheCluster() throws Exception {
        StatusHandler handler = new StatusHandler(broker, new MemoryRegistry(users), () -> validators);
        TwoHubs hubs = new TwoHubs();
        handler.cluster = hubs;
        try (TestServer server = new TestServer(handler, new User("u", Set.of("monitor"), List.of()))) {
            assertThat(server.get("/status").body())
                    .contains(
                            "\"cluster\":{\"id\":\"c1\",\"hub\":\"hub1\",\"serves\":true,\"viewAgeMillis\":20,\"hubs\":["
                                    + "{\"name\":\"hub1\",\"address\":\"10.0.0.1\",\"alive\":true,\"seenMillisAgo\":90,\"sequence\":7},"
                                    + "{\"name\":\"hub2\",\"address\":\"10.0.0.2\",\"alive\":false,\"seenMillisAgo\":60000,\"sequence\":5}],"
                                    + "\"engines\":[{\"name\":\"blobs\",\"ready\":true,\"degraded\":true,\"detail\":\"403 Forbidden\"},"
                                    + "{\"name\":\"ledger\",\"ready\":true,\"detail\":\"reached\"}]}");
            hubs.outage = Optional.of("too old");
            assertThat(server.get("/status").body()).contains("\"serves\":false,\"reason\":\"too old\"");
        }
    }
}
