package io.datahub.api.cloudevent;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Rfc3339DateTimesTest {

    @ParameterizedTest
    @CsvSource({
        "2026-11-25T18:00:00Z, true",
        "2026-11-25t18:00:00z, true",
        "2026-11-25T18:00:00.5+01:00, true",
        "2026-11-25T18:00:00.123456789012345-23:59, true",
        "2024-02-29T00:00:00Z, true",
        "2026-02-29T00:00:00Z, false",
        "2026-00-25T18:00:00Z, false",
        "2026-11-31T18:00:00Z, false",
        "2026-11-25T24:00:00Z, false",
        "2026-11-25T18:60:00Z, false",
        "2026-11-25T18:00Z, false",
        "2026-11-25T18:00:00, false",
        "2026-11-25T18:00:00., false",
        "2026-11-25T18:00:00.Z, false",
        "2026-11-25T18:00:00+01, false",
        "2026-11-25T18:00:00+24:00, false",
        "2026-11-25T18:00:00+01:00:00, false",
        "2026-11-25T18:00:00Zx, false",
        "2026-11-25 18:00:00Z, false",
        "+2026-11-25T18:00:00Z, false",
        "\u0662026-11-25T18:00:00Z, false",
        "2016-12-31T23:59:60Z, true",
        "2017-01-01T00:59:60.5+01:00, true",
        "2016-12-31T15:59:60-08:00, true",
        "2016-12-31T22:59:60Z, false",
        "2016-12-31T23:59:60+01:00, false",
        "2016-12-31T23:59:61Z, false",
        "'', false"
    })
    void shouldTakeWhatTheStandardAllowsAndNothingElse(String text, boolean is) {
        assertThat(Rfc3339DateTimes.isDateTime(text)).isEqualTo(is);
    }
}
