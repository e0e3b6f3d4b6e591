package io.datahub.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.health.Health;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ProcessHealthTest {

    private static final long MIB = 1024 * 1024;

    @Test
    void shouldBeDownIfDescriptorsRunLow() {
        Health health = ProcessHealth.evaluate(OptionalLong.of(901), 1_000, 0, 0, 100);

        assertThat(health.ready()).isFalse();
        assertThat(health.detail()).contains("901 of 1000 file descriptors", "ulimit -n", "LimitNOFILE");
    }

    @Test
    void shouldBeDownIfTheHeapRunsLow() {
        Health health = ProcessHealth.evaluate(OptionalLong.of(10), 1_000, 95 * MIB, 96 * MIB, 100 * MIB);

        assertThat(health.ready()).isFalse();
        assertThat(health.detail()).contains("95 of 100 MiB of the heap", "JAVA_MAX_MEM");
    }

    @Test
    void shouldIgnoreGarbageAndPastUsage() {
        assertThat(ProcessHealth.evaluate(OptionalLong.of(10), 1_000, 50, 99, 100)
                        .ready())
                .isTrue();
        assertThat(ProcessHealth.evaluate(OptionalLong.of(10), 1_000, 99, 50, 100)
                        .ready())
                .isTrue();
    }

    @Test
    void shouldBeReadyWhileATenthOfEachIsFree() {
        assertThat(ProcessHealth.evaluate(OptionalLong.of(900), 1_000, 90, 90, 100)
                        .ready())
                .isTrue();
        assertThat(ProcessHealth.evaluate(OptionalLong.empty(), 1_000, 1, 1, 100)
                        .ready())
                .isTrue();
    }

    @Test
    void shouldMeasureThisProcess() {
        Health health = new ProcessHealth().check();

        assertThat(health.ready()).as(health.detail()).isTrue();
        assertThat(health.detail()).contains("descriptors=", "heapMiB=");
    }
}
