package io.datahub.http.account;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.user.Authenticator;
import io.datahub.api.user.Credentials;
import io.datahub.api.user.Login;
import io.datahub.api.user.Origin;
import io.datahub.test.http.TestServer;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenExchangeHandlerTest {

    private static final String FORM = "application/x-www-form-urlencoded";
    private static final String GRANT = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange";
    private static final String TYPE = "&subject_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Ajwt";
    private static final String JWT = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2ln";

    private final TokenUsers users = new TokenUsers(Set.of());
    private TestServer server;

    /** Accepts one JWT, and says that it can't verify another one. */
    private final class Issuer implements Authenticator {

        @Override
        public CompletionStage<Result<Login>> authenticate(Credentials credentials, Origin origin) {
            String token = ((Credentials.ExternalToken) credentials).token();
            return CompletableFuture.completedFuture(
                    token.equals(JWT)
                            ? Result.done(users.ci)
                            : Result.refused(
                                    token.endsWith(".bGF0ZXI")
                                            ? Refusal.unavailable("no keys", Duration.ofSeconds(7))
                                            : new Refusal(Reason.UNAUTHENTICATED, "secret reason")));
        }

        @Override
        public boolean isKnown(Credentials credentials, Origin origin) {
            return false;
        }

        @Override
        public Optional<Login> renew(Login login) {
            return Optional.of(login);
        }

        @Override
        public Duration failureDelay(Origin origin) {
            return Duration.ofMillis(1);
        }
    }

    @BeforeEach
    void setUp() throws Exception {
        server = new TestServer(new TokenExchangeHandler(new Issuer(), users.registry));
    }

    @AfterEach
    void tearDown() throws Exception {
        server.close();
    }

    private HttpResponse<String> post(String body, String type) throws Exception {
        return server.send("POST", "/tokens/exchange", body, "Content-Type", type);
    }

    @Test
    void shouldExchangeAJwtForAToken() throws Exception {
        HttpResponse<String> response = post(GRANT + TYPE + "&audience=datahub&subject_token=" + JWT, FORM);

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Cache-Control")).contains("no-store");
        assertThat(response.body())
                .matches("\\{\"access_token\":\"dh_[^\"]+\","
                        + "\"issued_token_type\":\"urn:ietf:params:oauth:token-type:access_token\","
                        + "\"token_type\":\"Bearer\",\"expires_in\":3[56]\\d\\d,\"user\":\"ci\",\"id\":\"[^\"]+\","
                        + "\"label\":\"agent\",\"expires\":\"20[^\"]+Z\"}");
    }

    @Test
    void shouldAcceptTheSameAsJson() throws Exception {
        HttpResponse<String> response = post(
                "{\"grant_type\":\"urn:ietf:params:oauth:grant-type:token-exchange\",\"subject_token\":\"" + JWT
                        + "\",\"subject_token_type\":\"urn:ietf:params:oauth:token-type:id_token\"}",
                "application/json");
        assertThat(response.statusCode()).isEqualTo(200);
    }

    @Test
    void shouldRefuseAJwtWithoutTellingWhy() throws Exception {
        HttpResponse<String> response = post(GRANT + TYPE + "&subject_token=" + JWT + "x", FORM);

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(response.body())
                .contains("\"error\":\"invalid_request\"", "\"status\":400")
                .doesNotContain("secret reason");
    }

    @Test
    void shouldSayWhenItCannotVerify() throws Exception {
        HttpResponse<String> response =
                post(GRANT + TYPE + "&subject_token=eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.bGF0ZXI", FORM);
        assertThat(response.statusCode()).isEqualTo(503);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                GRANT,
                GRANT + TYPE,
                GRANT + "&subject_token=" + JWT,
                TYPE + "&subject_token=" + JWT,
                GRANT + TYPE + "&subject_token=dh_x",
                GRANT + TYPE + "&subject_token=" + JWT + "&subject_token=" + JWT,
                GRANT + TYPE + "&subject_token=" + JWT + "&scope=x",
                GRANT + TYPE + "&subject_token=" + JWT + "&actor_token=x",
                GRANT + TYPE + "&subject_token=" + JWT + "&requested_token_type=x",
                GRANT + TYPE + "&subject_token=%ff"
            })
    void shouldRefuseWhatIsNoExchange(String body) throws Exception {
        HttpResponse<String> response = post(body, FORM);
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains("\"error\":\"invalid_request\"");
    }

    @Test
    void shouldRefuseALargeBody() throws Exception {
        assertThat(post(GRANT + TYPE + "&subject_token=ey" + "J".repeat(1_000_000), FORM)
                        .statusCode())
                .isEqualTo(413);
    }
}
