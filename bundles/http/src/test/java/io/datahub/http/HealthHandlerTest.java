package io.datahub.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.health.Health;
import io.datahub.api.health.HealthCheck;
import io.datahub.api.user.User;
import io.datahub.test.Configurations;
import io.datahub.test.cluster.TwoHubs;
import io.datahub.test.http.TestServer;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HealthHandlerTest {

    private final HealthHandler handler = new HealthHandler(
            Configurations.of(HttpConfiguration.class, "requiredComponents", new String[] {"auth, store"}));
    private final HealthCheck store = () -> Health.ready("7 records");
    private TestServer server;

    @BeforeEach
    void start() throws Exception {
        server = new TestServer(handler);
        bind("auth", () -> Health.ready("2 users"));
        handler.bindCheck(store, Map.of(HealthCheck.NAME, "store"));
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    private void bind(String name, HealthCheck check) {
        handler.bindCheck(check, Map.of(HealthCheck.NAME, name));
    }

    @Test
    void shouldBeLiveWhateverTheComponentsReport() throws Exception {
        handler.unbindCheck(store);

        assertThat(server.get("/health/live").statusCode()).isEqualTo(200);
    }

    @Test
    void shouldBeReadyWhenEveryComponentIs() throws Exception {
        HttpResponse<String> answer = server.get("/health/ready");

        assertThat(answer.statusCode()).isEqualTo(200);
        String components = "[{\"name\":\"auth\",\"ready\":true,\"detail\":\"2 users\"},"
                + "{\"name\":\"store\",\"ready\":true,\"detail\":\"7 records\"}]";
        assertThat(answer.body())
                .isEqualTo("{\"status\":\"ready\",\"components\":" + components + ",\"parts\":" + components + "}");
    }

    @Test
    void shouldNotBeReadyWhileARequiredComponentIsMissing() throws Exception {
        handler.unbindCheck(store);

        HttpResponse<String> answer = server.get("/health/ready");

        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Retry-After")).isPresent();
        assertThat(answer.body()).contains("\"name\":\"store\",\"ready\":false");
    }

    @Test
    void shouldApplyANewListOfRequiredComponents() throws Exception {
        handler.modified(
                Configurations.of(HttpConfiguration.class, "requiredComponents", new String[] {"auth, zeromq"}));
        assertThat(server.get("/health/ready").body()).contains("\"name\":\"zeromq\",\"ready\":false");

        handler.modified(Configurations.of(HttpConfiguration.class, "requiredComponents", new String[] {"auth"}));
        assertThat(server.get("/health/ready").statusCode()).isEqualTo(200);
    }

    @Test
    void shouldNotBeReadyWhileAComponentIsDownOrItsCheckFails() throws Exception {
        HealthCheck down = () -> Health.down("no room");
        bind("bridge", down);
        assertThat(server.get("/health/ready").statusCode()).isEqualTo(503);
        handler.unbindCheck(down);

        bind("bridge", () -> {
            throw new IllegalStateException("oops");
        });
        assertThat(server.get("/health/ready").body()).contains("oops");
    }

    @Test
    void shouldShowDetailsToMonitorsOnly() throws Exception {
        server.setUser(null);
        assertThat(server.get("/health/ready").body()).isEqualTo("{\"status\":\"ready\"}");

        server.setUser(new User("ci", Set.of(), List.of()));
        assertThat(server.get("/health/ready").body()).isEqualTo("{\"status\":\"ready\"}");

        server.setUser(new User("nagios", Set.of(User.MONITOR), List.of()));
        assertThat(server.get("/health/ready").body()).contains("7 records");
    }

    @Test
    void shouldShowDegradedComponentsToMonitorsOnly() throws Exception {
        bind("configuration", () -> Health.degraded("etc/x.cfg: port: must be a number"));

        HttpResponse<String> answer = server.get("/health/ready");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body())
                .startsWith("{\"status\":\"degraded\"")
                .contains("{\"name\":\"configuration\",\"ready\":true,\"degraded\":true,"
                        + "\"detail\":\"etc/x.cfg: port: must be a number\"}");
        server.setUser(null);
        assertThat(server.get("/health/ready").body()).isEqualTo("{\"status\":\"ready\"}");
    }

    @Test
    void shouldRefuseOtherPathsAndMethods() throws Exception {
        assertThat(server.get("/health").statusCode()).isEqualTo(404);
        assertThat(server.send("POST", "/health/live", "").statusCode()).isEqualTo(405);
    }

    @Test
    void shouldShowEverybodyWhatIsAwayWhileNobodyCanLogIn() throws Exception {
        TwoHubs hubs = new TwoHubs();
        handler.cluster = hubs;
        bind("ledger", () -> Health.down("at db.example.org: refused"));
        server.setUser(null);
        assertThat(server.get("/health/ready").body()).isEqualTo("{\"status\":\"down\"}");

        hubs.outage = Optional.of("too old");

        assertThat(server.get("/health/ready").body())
                .contains("{\"name\":\"ledger\",\"ready\":false,\"detail\":\"\"}")
                .doesNotContain("example.org");
    }

    @Test
    void shouldNameTheHubOfAClusterToMonitors() throws Exception {
        TwoHubs hubs = new TwoHubs();
        handler.cluster = hubs;
        assertThat(server.get("/health/ready").body()).contains("\"hub\":\"" + hubs.hub() + "\",\"components\"");

        hubs.outage = Optional.of("too old");
        server.setUser(null);
        assertThat(server.get("/health/ready").body()).doesNotContain("\"hub\"");
    }

    @Test
    void shouldRequireTheComponentsOfTheClusterInsteadOfThoseOfTheDisk() throws Exception {
        handler.unbindCheck(store);
        handler.cluster = new TwoHubs();
        assertThat(server.get("/health/ready").body())
                .contains("\"name\":\"cluster\",\"ready\":false")
                .doesNotContain("\"store\"");

        for (String name : List.of("cluster", "ledger", "blobs")) {
            bind(name, () -> Health.ready(name));
        }

        assertThat(server.get("/health/ready").statusCode()).isEqualTo(200);
    }
}
