package io.datahub.ui;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.user.User;
import io.datahub.api.validation.ValidatorId;
import io.datahub.api.validation.ValidatorStatus;
import io.datahub.api.validation.ValidatorStatus.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StatusHandlerTest {

    private final FakeHub hub = new FakeHub();
    private final List<ValidatorStatus> validators = new ArrayList<>();

    private TestServer serve(String role) throws Exception {
        return new TestServer(new StatusHandler(hub, hub, () -> validators), new User("u", Set.of(role), List.of()));
    }

    @Test
    void shouldEvaluateConditions() throws Exception {
        try (TestServer server = serve("monitor")) {
            assertThat(server.send("GET", "/status", "If-Match", "\"x\"").statusCode())
                    .isEqualTo(412);
            assertThat(server.send("GET", "/status", "If-None-Match", "*").statusCode())
                    .isEqualTo(304);
        }
    }

    @Test
    void shouldReportClientsAndCounters() throws Exception {
        try (TestServer server = serve("monitor")) {
            assertThat(server.send("GET", "/status").body())
                    .contains("\"events\":{\"in\":1,\"out\":2,\"lost\":3,\"refused\":4,\"queuedBytes\":5}")
                    .contains("\"connected\":1,\"clients\":[{\"id\":9,\"user\":\"jenkins\",\"transport\":\"zeromq\",")
                    .contains("\"validators\":[]")
                    .doesNotContain("\"users\"");
        }
    }

    @Test
    void shouldReportTheUsersToAdministrators() throws Exception {
        try (TestServer server = serve("admin")) {
            assertThat(server.send("GET", "/status").body())
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
            assertThat(server.send("GET", "/status").body())
                    .contains(
                            "\"validators\":[{\"name\":\"xml\",\"version\":\"1.10.0\",\"bundle\":\"b\",\"state\":\"active\","
                                    + "\"paths\":[\"**/*.xml\"],\"topics\":[]},{\"name\":\"xsd-build\",\"version\":\"\",\"bundle\":\"\","
                                    + "\"state\":\"unavailable\",\"reason\":\"schema is missing\",\"paths\":[\"build/**\"],\"topics\":[]}]");
        }
    }
}
