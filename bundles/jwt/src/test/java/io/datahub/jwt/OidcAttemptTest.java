package io.datahub.jwt;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
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
