package io.datahub.history.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TrimClockTest {

    private static final long START = 1_800_000_000_000L;
    private static final long YEAR = TimeUnit.DAYS.toMillis(365);

    private final TrimClock clock = new TrimClock(START, 5_000_000);

    private long at(long passed, long wall) {
        return clock.millis(wall, 5_000_000 + TimeUnit.MILLISECONDS.toNanos(passed));
    }

    @Test
    void shouldFollowTheMachinesClock() {
        assertThat(at(1_000, START + 1_000)).isEqualTo(START + 1_000);
        assertThat(at(2_000, START + 30_000)).isEqualTo(START + 30_000);
        assertThat(at(3_000, START - YEAR)).isEqualTo(START - YEAR);
    }

    @Test
    void shouldNotBelieveAJumpAheadBeforeADayHasPassed() {
        long day = TimeUnit.DAYS.toMillis(1);
        assertThat(at(1_000, START + YEAR)).isEqualTo(START + 1_000);
        assertThat(at(day, START + YEAR + day)).isEqualTo(START + day);
        assertThat(at(day + 1_000, START + YEAR + day)).isEqualTo(START + YEAR + day);
        assertThat(at(day + 2_000, START + YEAR + day + 1_000)).isEqualTo(START + YEAR + day + 1_000);
    }

    @Test
    void shouldForgetAJumpThatWasCorrected() {
        long day = TimeUnit.DAYS.toMillis(1);
        assertThat(at(1_000, START + YEAR)).isEqualTo(START + 1_000);
        assertThat(at(2_000, START + 2_000)).isEqualTo(START + 2_000);
        assertThat(at(day, START + day + YEAR)).isEqualTo(START + day);
        assertThat(at(day + 2_000, START + day + YEAR)).isEqualTo(START + day + 2_000);
    }
}
