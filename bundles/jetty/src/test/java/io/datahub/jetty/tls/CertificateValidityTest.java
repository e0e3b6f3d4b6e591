package io.datahub.jetty.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class CertificateValidityTest {

    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    @Test
    void shouldWarnThirtyDaysAhead() {
        CertificateValidity year = new CertificateValidity(START, START.plus(Duration.ofDays(365)));
        assertThat(year.warning(START.plus(Duration.ofDays(334)))).isEmpty();
        assertThat(year.warning(START.plus(Duration.ofDays(335))))
                .isEqualTo("expires on 2027-01-01T00:00:00Z, in 30 days; renew it");
        assertThat(year.warning(START.plus(Duration.ofDays(366)))).startsWith("expired on 2027-01-01T00:00:00Z");
    }

    @Test
    void shouldWarnInTheLastThirdOfAShortValidity() {
        CertificateValidity week = new CertificateValidity(START, START.plus(Duration.ofDays(6)));
        assertThat(week.warning(START.plus(Duration.ofDays(3)))).isEmpty();
        assertThat(week.warning(START.plus(Duration.ofDays(5)))).contains("in 1 day;");
    }

    @Test
    void shouldReportACertificateThatIsNotYetValid() {
        assertThat(new CertificateValidity(START, START.plus(Duration.ofDays(6))).warning(START.minusSeconds(1)))
                .startsWith("isn't valid before 2026-01-01T00:00:00Z");
    }
}
