package io.datahub.jwt;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OidcAttemptTest {

    private static final Instant NOW = Instant.parse("2026-11-30T12:00:00Z");

    @Test
    void shouldBeCompletedByAHubWhoseClockDiffers() {
        OidcAttempt attempt = OidcAttempt.begin(NOW);
        for (Duration after : new Duration[] {Duration.ofMinutes(-1), Duration.ZERO, OidcAttempt.LIFETIME}) {
            assertThat(OidcAttempt.of(attempt.cookie(), NOW.plus(after))).contains(attempt);
        }
    }

    @Test
    void shouldBeOfOneBrowser() {
        OidcAttempt attempt = OidcAttempt.begin(NOW);
        OidcAttempt returned = OidcAttempt.of(attempt.cookie(), NOW).orElseThrow();
        assertThat(returned.hasState(attempt.state())).isTrue();
        assertThat(returned.nonce()).isEqualTo(attempt.nonce());
        assertThat(returned.verifier()).isEqualTo(attempt.verifier());
        OidcAttempt other = OidcAttempt.begin(NOW);
        assertThat(other.hasState(attempt.state())).isFalse();
        assertThat(other.hasState("")).isFalse();
        assertThat(Set.of(attempt.state(), attempt.nonce(), attempt.verifier(), attempt.challenge()))
                .as("no value is another one")
                .hasSize(4);
        assertThat(attempt.toString()).doesNotContain(attempt.cookie());
    }

    @Test
    void shouldExpire() {
        OidcAttempt attempt = OidcAttempt.begin(NOW);
        assertThat(OidcAttempt.of(
                        attempt.cookie(), NOW.plus(OidcAttempt.LIFETIME).plusSeconds(1)))
                .isEmpty();
        assertThat(OidcAttempt.of(attempt.cookie(), NOW.minusSeconds(61))).isEmpty();
    }

    @Test
    void shouldRefuseMalformedCookies() {
        for (String cookie : new String[] {
            "", ".", "1764504000.short", "x" + OidcAttempt.begin(NOW).cookie()
        }) {
            assertThat(OidcAttempt.of(cookie, NOW)).isEmpty();
        }
    }
}
