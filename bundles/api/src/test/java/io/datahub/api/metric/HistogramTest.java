package io.datahub.api.metric;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HistogramTest {

    private final Histogram histogram = new Histogram();

    @Test
    void shouldCountADurationInEveryBucketWhoseBoundItDoesNotExceed() {
        histogram.record(TimeUnit.MILLISECONDS.toNanos(1));
        histogram.record(TimeUnit.MILLISECONDS.toNanos(3));

        Histogram.Snapshot snapshot = histogram.snapshot();
        assertThat(upTo(snapshot, 0.0005)).isZero();
        assertThat(upTo(snapshot, 0.001)).isEqualTo(1);
        assertThat(upTo(snapshot, 0.0025)).isEqualTo(1);
        assertThat(upTo(snapshot, 0.005)).isEqualTo(2);
        assertThat(upTo(snapshot, 300)).isEqualTo(2);
    }

    @Test
    void shouldCountWhatIsLongerThanTheLastBound() {
        histogram.record(TimeUnit.HOURS.toNanos(1));

        Histogram.Snapshot snapshot = histogram.snapshot();
        assertThat(upTo(snapshot, 300)).isZero();
        assertThat(snapshot.count()).isEqualTo(1);
        assertThat(snapshot.seconds()).isEqualTo(3600);
    }

    @Test
    void shouldTakeATimeThatRanBackwardsForNone() {
        histogram.record(-5);

        assertThat(histogram.snapshot().upTo(0)).isEqualTo(1);
        assertThat(histogram.snapshot().seconds()).isZero();
    }

    private static long upTo(Histogram.Snapshot snapshot, double bound) {
        for (int i = 0; i < snapshot.size(); i++) {
            if (snapshot.bound(i) == bound) {
                return snapshot.upTo(i);
            }
        }
        throw new AssertionError("no bucket up to " + bound);
    }
}
