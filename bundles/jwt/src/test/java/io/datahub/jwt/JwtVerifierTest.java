package io.datahub.jwt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.user.CredentialVerifier.Verified;
import io.datahub.api.user.Credentials;
import io.datahub.api.user.TrustRule;
import io.datahub.test.Configurations;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class JwtVerifierTest {

    private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");
    private static final String ISSUER = "https://ci.example.org";
    private static RSAKey key;

    @TempDir
    private Path home;

    private JwtVerifier verifier;

    @BeforeAll
    static void makeKey() throws Exception {
        key = new RSAKeyGenerator(2_048).keyID("k1").generate();
    }

    @BeforeEach
    void setUp() throws Exception {
        Path keys = Files.createDirectories(home.resolve("etc")).resolve("keys.json");
        Files.writeString(keys, new JWKSet(key.toPublicJWK()).toString());
        verifier = new JwtVerifier(
                Configurations.of(JwtConfiguration.class, Map.of()), () -> home, Clock.fixed(NOW, ZoneOffset.UTC));
        verifier.trustRules(List.of(rule("ci", "repository", "acme/app")));
        await().until(() -> !verifier.check().degraded());
    }

    @AfterEach
    void tearDown() {
        verifier.deactivate();
    }

    private static TrustRule rule(String user, String claim, String value) {
        return new TrustRule(user, ISSUER, "datahub", Optional.of("keys.json"), new TreeMap<>(Map.of(claim, value)));
    }

    private static String claims(String more) {
        long now = NOW.getEpochSecond();
        return "{\"iss\":\"" + ISSUER + "\",\"aud\":\"datahub\",\"sub\":\"job\\u0007 1\",\"exp\":" + (now + 300) + more
                + "}";
    }

    private static String signed(String claims) throws Exception {
        JWSObject token = new JWSObject(
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("k1").build(), new Payload(claims));
        token.sign(new RSASSASigner(key));
        return token.serialize();
    }

    private Result<Verified> verify(Optional<String> user, String token) {
        return verifier.verify(Credentials.ExternalToken.of(user, token.getBytes(StandardCharsets.UTF_8))
                        .orElseThrow())
                .toCompletableFuture()
                .join();
    }

    @Test
    void shouldSayWhoseATokenIsAndWhenItsLoginEnds() throws Exception {
        Verified verified = verify(Optional.empty(), signed(claims(",\"repository\":\"acme/app\"")))
                .get();

        assertThat(verified.user()).isEqualTo("ci");
        assertThat(verified.label()).isEqualTo("job 1");
        assertThat(verified.id()).matches("[0-9a-f]{32}");
        assertThat(verified.expires()).isEqualTo(NOW.plusSeconds(360));
        assertThat(verified.rule()).contains(rule("ci", "repository", "acme/app"));
    }

    @Test
    void shouldAcceptATokenOfTwoUsersOnlyForTheOneThatIsNamed() throws Exception {
        verifier.trustRules(List.of(rule("ci", "repository", "acme/app"), rule("main", "ref", "main")));
        String token = signed(claims(",\"repository\":\"acme/app\",\"ref\":\"main\""));

        assertThat(verify(Optional.empty(), token).isRefused()).isTrue();
        assertThat(verify(Optional.of("main"), token).get().user()).isEqualTo("main");
        assertThat(verify(Optional.of("eve"), token).isRefused()).isTrue();
    }

    @Test
    void shouldMatchAnElementOfAList() throws Exception {
        verifier.trustRules(List.of(rule("dev", "groups", "acme/dev"), rule("one", "level", "1")));

        assertThat(userWith("groups", "[\"acme\", \"acme/dev\"]")).contains("dev");
        assertThat(userWith("level", "[0, 1, true]")).contains("one");
        for (String other : List.of(
                "[]",
                "[\"acme\"]",
                "[\"acme/dev/ops\"]",
                "[\"ACME/dev\"]",
                "[\"acme/dev \"]",
                "[\"acme,acme/dev\"]",
                "[[\"acme/dev\"]]",
                "[{\"name\":\"acme/dev\"}]",
                "{\"acme/dev\":true}",
                "[null, 1.0]",
                "\"[acme/dev]\"")) {
            assertThat(userWith("groups", other)).as(other).isEmpty();
        }
        assertThat(userWith("level", "[1.0, [1], 11]")).isEmpty();
    }

    @Test
    void shouldTakeNoListOfWhatIsSingle() throws Exception {
        verifier.trustRules(List.of(rule("ann", "email", "ann@acme.example")));

        assertThat(userWith("email", "\"ann@acme.example\"")).contains("ann");
        assertThat(userWith("email", "[\"ann@acme.example\"]")).isEmpty();
    }

    @Test
    void shouldRefuseATokenWhoseListIsOfSeveralUsers() throws Exception {
        verifier.trustRules(List.of(rule("dev", "groups", "acme/dev"), rule("ops", "groups", "acme/ops")));
        String token = signed(claims(",\"groups\":[\"acme/dev\",\"acme/ops\"]"));

        assertThat(verify(Optional.empty(), token).isRefused()).isTrue();
        assertThat(verify(Optional.of("ops"), token).get().user()).isEqualTo("ops");
    }

    private Optional<String> userWith(String claim, String value) throws Exception {
        Result<Verified> result = verify(Optional.empty(), signed(claims(",\"" + claim + "\":" + value)));
        return result.isRefused() ? Optional.empty() : Optional.of(result.get().user());
    }

    @Test
    void shouldForgetTheKeysOfAnIssuerWithTheRule() throws Exception {
        String token = signed(claims(",\"repository\":\"acme/app\""));
        verifier.trustRules(List.of());
        assertThat(verify(Optional.empty(), token).refusal().orElseThrow().reason())
                .isEqualTo(Reason.UNAUTHENTICATED);
    }

    @Test
    void shouldReportKeysThatItCannotGet() throws Exception {
        TrustRule missing = new TrustRule(
                "ci", ISSUER, "datahub", Optional.of("none.json"), new TreeMap<>(Map.of("repository", "acme/app")));
        verifier.trustRules(List.of(missing));

        Result<Verified> result = verify(Optional.empty(), signed(claims(",\"repository\":\"acme/app\"")));

        assertThat(result.refusal().orElseThrow().reason()).isEqualTo(Reason.UNAVAILABLE);
        assertThat(verifier.check().degraded()).isTrue();
        assertThat(verifier.check().detail()).contains(ISSUER, "none.json");
    }
}
