package io.datahub.api.user;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.user.Credentials.ExternalToken;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CredentialsTest {

    private static Optional<ExternalToken> external(String token) {
        return ExternalToken.of(Optional.of("ci"), token.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void shouldTakeWhatLooksLikeAJwt() {
        ExternalToken token =
                external("eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2ln-_").orElseThrow();

        assertThat(token.token()).isEqualTo("eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2ln-_");
        assertThat(token.user()).contains("ci");
        assertThat(token.toString()).doesNotContain("eyJ");
        assertThat(external("ey." + "x".repeat(ExternalToken.MAX_BYTES - 5) + ".x"))
                .isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "ey",
                "dh_x.y.z",
                "eyJ",
                "eyJ.x",
                "eyJ.x.",
                "eyJ..x",
                ".eyJ.x",
                "eyJ.x.y.z",
                "eyJ.x.y.z.a",
                "eyJ.x.y=",
                "eyJ.x y.z",
                "eyJ.x.\u00e4",
                "eyJ.x.y\n"
            })
    void shouldTakeNothingElseForAJwt(String text) {
        assertThat(external(text)).isEmpty();
    }

    @Test
    void shouldTakeNoJwtThatIsTooLong() {
        assertThat(external("ey." + "x".repeat(ExternalToken.MAX_BYTES - 4) + ".x"))
                .isEmpty();
    }
}
