package io.datahub.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.datahub.client.Credential;
import io.datahub.client.CurveKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HubAccessTest {

    @TempDir
    private Path root;

    private HubHome home;

    @BeforeEach
    void prepare() throws IOException {
        home = new HubHome(root);
        Files.createDirectories(home.cache());
        Files.createDirectories(home.state());
        Files.writeString(home.adminToken(), "dh_admin\n");
    }

    @Test
    void shouldConnectAsAdminToTheHubOfTheHome() throws IOException, CommandFailure {
        Files.writeString(home.cache().resolve("hub.run"), "pid=1\nzeromq.host=::1\nzeromq.port=7000\n");

        assertThat(HubAccess.of(home, Map.of()))
                .isEqualTo(new HubAccess("tcp://[::1]:7000", new Credential.Token("admin", "dh_admin")));
    }

    @Test
    void shouldUseTheAddressOfTheEnvironmentIfNoHubIsRunning() throws CommandFailure {
        Map<String, String> variables = Map.of("DATAHUB_HOST", "0.0.0.0", "DATAHUB_ZMQ_PORT", "7001");

        assertThat(HubAccess.of(home, Map.of()).address()).isEqualTo("tcp://127.0.0.1:5555");
        assertThat(HubAccess.of(home, variables).address()).isEqualTo("tcp://127.0.0.1:7001");
        assertThat(HubAccess.of(home, Map.of("DATAHUB_ZMQ_URL", "tcp://far:1")).address())
                .isEqualTo("tcp://far:1");
    }

    @Test
    void shouldReadTheTokenFromTheEnvironmentOrAFile() throws IOException, CommandFailure {
        Path file = Files.writeString(root.resolve("token"), "dh_file\n");

        assertThat(HubAccess.of(home, Map.of("DATAHUB_USER", "ci", "DATAHUB_TOKEN", "dh_ci"))
                        .credential())
                .isEqualTo(new Credential.Token("ci", "dh_ci"));
        assertThat(HubAccess.of(home, Map.of("DATAHUB_USER", "ci", "DATAHUB_TOKEN_FILE", file.toString()))
                        .credential())
                .isEqualTo(new Credential.Token("ci", "dh_file"));
        assertThat(HubAccess.of(home, Map.of("DATAHUB_USER", "anonymous")).credential())
                .isEqualTo(new Credential.Anonymous());
    }

    @Test
    void shouldPreferKeysOverTokens() throws IOException, CommandFailure {
        CurveKeys own = CurveKeys.generate();
        CurveKeys hub = CurveKeys.generate();
        Path file = Files.writeString(root.resolve("client.key"), own.secretKey());
        Files.writeString(home.curveKey(), hub.publicKey() + "\n");

        assertThat(HubAccess.of(home, Map.of("DATAHUB_CURVE_KEY_FILE", file.toString()))
                        .credential())
                .isEqualTo(new Credential.Curve(own, hub.publicKey()));
    }

    @Test
    void shouldReportWhatIsMissing() throws IOException {
        assertFailure(Map.of("DATAHUB_TOKEN", "dh_ci"), "Set DATAHUB_USER");
        assertFailure(Map.of("DATAHUB_USER", "ci"), "No credential");
        assertFailure(Map.of("DATAHUB_CURVE_KEY_FILE", root + "/none"), "Can't read " + root + "/none");
        assertFailure(Map.of("DATAHUB_ZMQ_PORT", "x"), "DATAHUB_ZMQ_PORT");
        Files.delete(home.adminToken());
        assertFailure(Map.of(), "No credential");
    }

    private void assertFailure(Map<String, String> variables, String message) {
        assertThatExceptionOfType(CommandFailure.class)
                .isThrownBy(() -> HubAccess.of(home, variables))
                .withMessageContaining(message);
    }
}
