package io.datahub.jwt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.test.Configurations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OidcSettingsTest {

    @TempDir
    private Path home;

    private OidcSettings settings(String key, String value) {
        Map<String, Object> values = new TreeMap<>(Map.of(
                "issuer",
                "https://login.example/tenant",
                "clientId",
                "hub",
                "redirectUri",
                "https://hub.example/datahub/session/oidc/callback"));
        values.put(key, value);
        List<Object> pairs = new ArrayList<>();
        values.forEach((name, each) -> pairs.addAll(List.of(name, each)));
        return OidcSettings.of(Configurations.of(OidcConfiguration.class, pairs.toArray()), home);
    }

    @Test
    void shouldFindThePageBeforeTheCallback() {
        assertThat(settings("label", "Acme").page()).isEqualTo("https://hub.example/datahub/");
        assertThat(settings("redirectUri", "http://127.0.0.1:8480/session/oidc/callback")
                        .page())
                .isEqualTo("http://127.0.0.1:8480/");
    }

    @ParameterizedTest
    @CsvSource({
        "issuer, http://login.example",
        "issuer, login.example",
        "issuer, https://user@login.example",
        "clientId, ''",
        "redirectUri, ''",
        "redirectUri, http://hub.example/session/oidc/callback",
        "redirectUri, https://hub.example/session/oidc/callback?x=1",
        "redirectUri, https://hub.example/elsewhere",
        "redirectUri, https:///session/oidc/callback",
        "scope, email profile"
    })
    void shouldNameTheKeyOfAWrongValue(String key, String value) {
        assertThatThrownBy(() -> settings(key, value))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(key + " must");
    }

    @Test
    void shouldReadTheSecretEachTime() throws IOException {
        assertThat(settings("label", "x").secret()).isEmpty();
        OidcSettings settings = settings("clientSecretFile", "secret");
        assertThatThrownBy(settings::secret).isInstanceOf(IOException.class);
        Files.writeString(home.resolve("secret"), "one\n");
        assertThat(settings.secret()).contains("one");
        Files.writeString(home.resolve("secret"), " ");
        assertThatThrownBy(settings::secret).hasMessageContaining("empty");
    }
}
