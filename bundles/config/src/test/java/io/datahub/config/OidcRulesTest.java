package io.datahub.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OidcRulesTest {

    private static final String VALID =
            "issuer = https://login.example/tenant\nclientId = hub\nredirectUri = https://hub.example/x/session/oidc/callback\n";

    private static List<FileProblem> problems(String text) {
        return OidcRules.problems(
                CfgFile.parse("io.datahub.oidc.cfg", text.getBytes(StandardCharsets.UTF_8), name -> null));
    }

    @Test
    void shouldAcceptWhatTheSignInCanUse() {
        assertThat(problems(VALID)).isEmpty();
        assertThat(problems(
                        VALID + "scope = email, openid\nredirectUri = http://127.0.0.1:8480/session/oidc/callback\n"))
                .isEmpty();
        assertThat(problems("clientId = x\nredirectUri = nowhere\n")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "issuer, http://login.example",
        "issuer, https://user@login.example",
        "clientId, ''",
        "redirectUri, ''",
        "redirectUri, http://hub.example/session/oidc/callback",
        "redirectUri, https://hub.example/session/oidc/callback?x=1",
        "redirectUri, https://hub.example/elsewhere",
        "scope, email openid-like"
    })
    void shouldNameTheKeyOfAWrongValue(String key, String value) {
        assertThat(problems(VALID + key + " = " + value + "\n")).singleElement().satisfies(problem -> {
            assertThat(problem.key()).isEqualTo(key);
            assertThat(problem.fatal()).isTrue();
            assertThat(problem.text()).contains("must be");
        });
    }
}
