package io.datahub.hooks.signature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.eclipse.jetty.http.HttpFields;
import org.junit.jupiter.api.Test;

class SignatureSchemeTest {

    private static final Instant NOW = Instant.ofEpochSecond(1_614_265_330);
    private static final byte[] BODY = bytes("Hello, World!");
    private static final List<Secret> SECRETS = List.of(new Secret("It's a Secret to Everybody"));

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static HttpFields headers(String... namesAndValues) {
        HttpFields.Mutable headers = HttpFields.build();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            headers.add(namesAndValues[i], namesAndValues[i + 1]);
        }
        return headers.asImmutable();
    }

    private static Proof verify(String kind, String... headers) {
        return SignatureScheme.of(kind).verify(headers(headers), BODY, SECRETS, NOW);
    }

    /** From docs.github.com, "Validating webhook deliveries". */
    @Test
    void shouldAcceptTheSignatureInGithubsDocumentation() {
        String right = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
        String name = "X-Hub-Signature-256";
        assertThat(verify("github", name, "sha256=" + right).isGenuine()).isTrue();
        assertThat(verify("gitea", "X-Gitea-Signature", right).isGenuine()).isTrue();
        assertThat(verify("gitea", "X-Forgejo-Signature", right).isGenuine()).isTrue();
        assertThat(verify("jenkins", name, "sha256=" + right).isGenuine()).isTrue();
        for (String wrong : List.of(
                right,
                "sha1=" + right,
                "sha256=" + right.substring(2),
                "sha256=" + right + "00",
                "sha256=",
                "sha256=" + right.replace('7', '8'),
                "sha256=nothex")) {
            assertThat(verify("github", name, wrong).isGenuine()).as(wrong).isFalse();
        }
        assertThat(verify("github").reason()).contains("no signature");
        assertThat(SignatureScheme.of("github")
                        .verify(headers(name, "sha256=" + right), bytes("Hello, World"), SECRETS, NOW)
                        .isGenuine())
                .isFalse();
    }

    /** From the test data of the reference implementations, github.com/standard-webhooks/standard-webhooks. */
    @Test
    void shouldAcceptTheSignatureOfTheReferenceImplementation() {
        Secret secret = new Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        byte[] body = bytes("{\"test\": 2432232314}");
        String signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        String id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
        HttpFields signed = headers(
                "webhook-id", id, "webhook-timestamp", "1614265330", "webhook-signature", "v1a,AAAA v2,x " + signature);
        assertThat(StandardSignature.sign(secret, id, "1614265330", body)).isEqualTo(signature);
        for (String kind : List.of("standard", "gitlab", "teamcity")) {
            SignatureScheme scheme = SignatureScheme.of(kind);
            assertThat(scheme.verify(signed, body, List.of(secret), NOW).isGenuine())
                    .isTrue();
            assertThat(scheme.verify(signed, body, List.of(new Secret("other"), secret), NOW)
                            .isGenuine())
                    .isTrue();
            assertThat(scheme.verify(signed, bytes("{}"), List.of(secret), NOW).isGenuine())
                    .isFalse();
        }
    }

    @Test
    void shouldRefuseTimestampsOfMoreThanFiveMinutesBeforeOrAfter() {
        for (long offset : new long[] {-301, -300, 300, 301}) {
            String timestamp = Long.toString(NOW.plusSeconds(offset).getEpochSecond());
            HttpFields signed = headers(
                    "webhook-id",
                    "1",
                    "webhook-timestamp",
                    timestamp,
                    "webhook-signature",
                    StandardSignature.sign(SECRETS.get(0), "1", timestamp, BODY));
            Proof proof = SignatureScheme.of("standard").verify(signed, BODY, SECRETS, NOW);
            assertThat(proof.isGenuine())
                    .isEqualTo(Math.abs(offset) <= Duration.ofMinutes(5).toSeconds());
        }
        assertThat(verify("standard", "webhook-id", "1", "webhook-timestamp", "soon", "webhook-signature", "v1,AA")
                        .reason())
                .contains("isn't a number");
        assertThat(verify("standard", "webhook-id", "1", "webhook-signature", "v1,AA")
                        .reason())
                .contains("missing");
    }

    @Test
    void shouldSignWithTheTextWhereASenderDoesNotDecodeIt() {
        byte[] code = Hmac.of(bytes("It's a Secret to Everybody"), bytes("1.1614265330."), BODY);
        assertThat(verify(
                                "standard",
                                "webhook-id",
                                "1",
                                "webhook-timestamp",
                                "1614265330",
                                "webhook-signature",
                                "v1," + Base64.getEncoder().encodeToString(code))
                        .isGenuine())
                .isTrue();
        assertThat(HexFormat.of().formatHex(code)).hasSize(64);
    }

    @Test
    void shouldAcceptGitlabsPlainTokenAndOtherwiseRefuse() {
        assertThat(verify("gitlab", "X-Gitlab-Token", "It's a Secret to Everybody")
                        .isGenuine())
                .isTrue();
        assertThat(verify("gitlab", "X-Gitlab-Token", "It's a Secret").isGenuine())
                .isFalse();
        assertThat(verify("gitlab").isGenuine()).isFalse();
    }

    @Test
    void shouldTakeTheSecretOrATokenOfTheHubFromAuthorization() {
        String basic = Base64.getEncoder().encodeToString(bytes("any:It's a Secret to Everybody"));
        assertThat(verify("jenkins", "Authorization", "Basic " + basic).isGenuine())
                .isTrue();
        assertThat(verify("buildbot", "Authorization", "Bearer It's a Secret to Everybody")
                        .isGenuine())
                .isTrue();
        Proof token = verify(
                "teamcity", "Authorization", "Basic " + Base64.getEncoder().encodeToString(bytes("ci:dh_1")));
        assertThat(token.isGenuine()).isFalse();
        assertThat(token.token().orElseThrow().user()).contains("ci");
        for (String malformed : List.of("Basic", "Basic YQ==", "Bearer", "Digest x", "")) {
            assertThat(verify("jenkins", "Authorization", malformed).token()).isEmpty();
            assertThat(verify("jenkins", "Authorization", malformed).isGenuine())
                    .isFalse();
        }
        assertThat(verify("github", "Authorization", "Basic " + basic).isGenuine())
                .isFalse();
    }

    @Test
    void shouldRefuseSecretsThatCannotBeUsed() {
        assertThatThrownBy(() -> new Secret("whsec_?")).hasMessageContaining("Base64");
        assertThatThrownBy(() -> new Secret("")).hasMessageContaining("empty");
        assertThat(new Secret("x")).hasToString("secret");
    }
}
