package io.datahub.ui;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.user.User;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StatusHandlerTest {

    private final FakeHub hub = new FakeHub();

    private TestServer serve(String role) throws Exception {
        return new TestServer(new StatusHandler(hub, hub), new User("u", Set.of(role), List.of()));
    }

    @ParameterizedTest
    @CsvSource({"ci, 403", "monitor, 200", "admin, 200"})
    void shouldBeForMonitorsAndAdministrators(String role, int status) throws Exception {
        try (TestServer server = serve(role)) {
            assertThat(server.send("GET", "/status").statusCode()).isEqualTo(status);
            assertThat(server.send("GET", "/status/x").statusCode()).isEqualTo(404);
            assertThat(server.send("POST", "/status").statusCode()).isEqualTo(405);
        }
    }

    @Test
    void shouldTellWhoIsConnectedAndWhatWasCounted() throws Exception {
        try (TestServer server = serve("monitor")) {
            assertThat(server.send("GET", "/status").body())
                    .contains("\"events\":{\"in\":1,\"out\":2,\"lost\":3,\"refused\":4,\"queuedBytes\":5}")
                    .contains("\"connected\":1,\"clients\":[{\"id\":9,\"user\":\"jenkins\",\"transport\":\"zeromq\",")
                    .contains("\"validators\":[]")
                    .doesNotContain("\"users\"");
        }
    }

    @Test
    void shouldTellAdministratorsTheUsersToo() throws Exception {
        try (TestServer server = serve("admin")) {
            assertThat(server.send("GET", "/status").body())
                    .contains(
                            "\"users\":[{\"name\":\"jenkins\",\"roles\":[\"ci\"],\"disabled\":false,\"credentials\":[]}]");
        }
    }

    @Test
    void shouldShowTheNewerValidatorOfOneNameFirst() {
        ValidatorState old = new ValidatorState("xml", "1.0.0", List.of("**"), "b");
        ValidatorState young = new ValidatorState("xml", "2.0.0", List.of("**"), "b");
        ValidatorState other = new ValidatorState("abc", "1.0.0", List.of("**"), "b");
        assertThat(List.of(old, young, other)).containsExactlyInAnyOrder(old, young, other);
        assertThat(List.of(old, young, other).stream().sorted()).containsExactly(other, young, old);
    }
}
