package io.datahub.store.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.record.Reading;
import io.datahub.test.memory.MemoryReading;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReadingsTest {

    private final Readings readings = new Readings(700);

    @Test
    void shouldLimitOpenReadingsToATenthOfTheDescriptors() throws IOException {
        List<Reading> open = new ArrayList<>();
        for (int i = 0; i < 70; i++) {
            open.add(readings.open(ReadingsTest::reading).get());
        }

        Refusal refusal = readings.open(ReadingsTest::reading).refusal().orElseThrow();
        assertThat(refusal.reason()).isEqualTo(Reason.UNAVAILABLE);
        assertThat(refusal.detail()).contains("70 records open");

        open.get(0).close();
        open.get(0).close();
        assertThat(readings.open(ReadingsTest::reading).isRefused()).isFalse();
        assertThat(readings.open(ReadingsTest::reading).isRefused()).isTrue();
    }

    @Test
    void shouldCountOnlyOpenReadings() throws IOException {
        Refusal absent = new Refusal(Reason.NOT_FOUND, "there is no record x");
        for (int i = 0; i < 100; i++) {
            assertThat(readings.open(() -> Result.refused(absent)).refusal()).contains(absent);
            assertThatThrownBy(() -> readings.open(() -> {
                        throw new IOException("broken");
                    }))
                    .hasMessage("broken");
        }

        assertThat(readings.open(ReadingsTest::reading).isRefused()).isFalse();
    }

    private static Result<Reading> reading() {
        return Result.done(new MemoryReading(null, new byte[0], () -> {}));
    }
}
