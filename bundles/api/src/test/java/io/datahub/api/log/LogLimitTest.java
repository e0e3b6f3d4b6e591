package io.datahub.api.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LogLimitTest {

    @Test
    void shouldLetSoManyLinesThroughInEachPeriodAndTellHowManyItLeftOut() {
        AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);
        LogLimit limit = new LogLimit(2, Duration.ofNanos(10), now::get);

        assertThat(limit.next()).isEqualTo(new LogLimit.Decision(true, 0));
        assertThat(limit.next()).isEqualTo(new LogLimit.Decision(true, 0));
        for (int i = 0; i < 3; i++) {
            assertThat(limit.next()).isEqualTo(new LogLimit.Decision(false, 0));
        }
        now.addAndGet(9);
        assertThat(limit.next().mayWrite()).isFalse();
        now.addAndGet(1);
        assertThat(limit.next()).isEqualTo(new LogLimit.Decision(true, 4));
        assertThat(limit.next()).isEqualTo(new LogLimit.Decision(true, 0));
        assertThat(limit.next().mayWrite()).isFalse();
    }
}
