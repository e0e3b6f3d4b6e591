package io.datahub.ui;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.user.User;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.osgi.framework.Version;
import org.osgi.service.cm.ConfigurationAdmin;

class StatusHandlerTest {

    private final FakeHub hub = new FakeHub();

    /** A configuration service without any configuration. */
    private static ConfigurationAdmin configurations() {
        return (ConfigurationAdmin) Proxy.newProxyInstance(
                StatusHandlerTest.class.getClassLoader(),
                new Class<?>[] {ConfigurationAdmin.class},
                (proxy, method, arguments) -> null);
    }

    private TestServer serve(String role) throws Exception {
        return new TestServer(new StatusHandler(hub, hub, configurations()), new User("u", Set.of(role), List.of()));
    }

    @ParameterizedTest
    @CsvSource({"ci, 403", "monitor, 200", "admin, 200"})
    void shouldServeMonitorsAndAdministratorsOnly(String role, int status) throws Exception {
        try (TestServer server = serve(role)) {
            assertThat(server.send("GET", "/status").statusCode()).isEqualTo(status);
            assertThat(server.send("GET", "/status/x").statusCode()).isEqualTo(404);
            assertThat(server.send("POST", "/status").statusCode()).isEqualTo(405);
        }
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

    private static ValidatorState validator(String name, String version, int ranking, long service) {
        return new ValidatorState(name, new Version(version), ranking, service, List.of("**"), List.of(), "b");
    }

    private static List<String> states(Set<String> trial, ValidatorState... validators) {
        return ValidatorState.ranked(List.of(validators), trial).stream()
                .map(ranked ->
                        ranked.validator().name() + "/" + ranked.validator().version() + " #"
                                + ranked.validator().service() + " " + ranked.state())
                .toList();
    }

    @Test
    void shouldCompareVersionsNumerically() {
        assertThat(states(
                        Set.of(),
                        validator("xml", "1.9.0", 9, 1),
                        validator("xml", "1.10.0", 0, 2),
                        validator("abc", "1.0.0", 0, 3)))
                .containsExactly("abc/1.0.0 #3 active", "xml/1.10.0 #2 active", "xml/1.9.0 #1 shadowed");
    }

    @Test
    void shouldPreferTheHigherRankingThenTheOlderServiceForEqualVersions() {
        assertThat(states(
                        Set.of(),
                        validator("xml", "1.0.0", 0, 1),
                        validator("xml", "1.0.0", 5, 3),
                        validator("xml", "1.0.0", 5, 2)))
                .containsExactly("xml/1.0.0 #2 active", "xml/1.0.0 #3 shadowed", "xml/1.0.0 #1 shadowed");
    }

    @Test
    void shouldActivateTheOlderVersionWhileTheNewerIsOnTrial() {
        assertThat(states(
                        Set.of("xml/2.0.0", "abc"),
                        validator("xml", "1.0.0", 0, 1),
                        validator("xml", "2.0.0", 0, 2),
                        validator("abc", "1.0.0", 0, 3)))
                .containsExactly("abc/1.0.0 #3 trial", "xml/2.0.0 #2 trial", "xml/1.0.0 #1 active");
    }

    @Test
    void shouldReadItemsFromArraysCollectionsAndCommaSeparatedStrings() {
        assertThat(ValidatorState.items(new String[] {"a", " b "})).containsExactly("a", "b");
        assertThat(ValidatorState.items(List.of("a", "b,c"))).containsExactly("a", "b", "c");
        assertThat(ValidatorState.items("a/1.0.0, b")).containsExactly("a/1.0.0", "b");
        assertThat(ValidatorState.items(null)).isEmpty();
    }
}
