package io.datahub.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.health.Health;
import java.nio.ByteBuffer;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ProcessHealthTest {

    private static final long MIB = 1024 * 1024;
    private static final DirectMemory NO_BUFFERS = new DirectMemory(0, 100);

    @Test
    void shouldBeDownIfDescriptorsRunLow() {
        Health health =
                ProcessHealth.evaluate(OptionalLong.of(901), 1_000, new ProcessHealth.Heap(0, 0, 100), NO_BUFFERS);

        assertThat(health.ready()).isFalse();
        assertThat(health.detail()).contains("901 of 1000 file descriptors", "ulimit -n", "LimitNOFILE");
    }

    @Test
    void shouldBeDownIfTheHeapRunsLow() {
        Health health = ProcessHealth.evaluate(
                OptionalLong.of(10), 1_000, new ProcessHealth.Heap(95 * MIB, 96 * MIB, 100 * MIB), NO_BUFFERS);

        assertThat(health.ready()).isFalse();
        assertThat(health.detail()).contains("95 of 100 MiB of the heap", "JAVA_MAX_MEM");
    }

    @Test
    void shouldIgnoreGarbageAndPastUsage() {
        assertThat(ProcessHealth.evaluate(OptionalLong.of(10), 1_000, new ProcessHealth.Heap(50, 99, 100), NO_BUFFERS)
                        .ready())
                .isTrue();
        assertThat(ProcessHealth.evaluate(OptionalLong.of(10), 1_000, new ProcessHealth.Heap(99, 50, 100), NO_BUFFERS)
                        .ready())
                .isTrue();
    }

    @Test
    void shouldBeReadyWhileATenthOfEachIsFree() {
        assertThat(ProcessHealth.evaluate(OptionalLong.of(900), 1_000, new ProcessHealth.Heap(90, 90, 100), NO_BUFFERS)
                        .ready())
                .isTrue();
        assertThat(ProcessHealth.evaluate(OptionalLong.empty(), 1_000, new ProcessHealth.Heap(1, 1, 100), NO_BUFFERS)
                        .ready())
                .isTrue();
    }

    @Test
    void shouldBeDegradedIfDirectBufferMemoryRunsLow() {
        ProcessHealth.Heap heap = new ProcessHealth.Heap(1, 1, 100);
        Health health =
                ProcessHealth.evaluate(OptionalLong.empty(), 1_000, heap, new DirectMemory(241 * MIB, 256 * MIB));

        assertThat(health.ready()).isTrue();
        assertThat(health.degraded()).isTrue();
        assertThat(health.detail()).contains("241 of 256 MiB of direct buffer memory", "JAVA_MAX_DIRECT_MEM");
        assertThat(ProcessHealth.evaluate(OptionalLong.empty(), 1_000, heap, new DirectMemory(MIB, 0))
                        .degraded())
                .isFalse();
    }

    @Test
    void shouldMeasureDirectBuffers() {
        long before = DirectMemory.measure().used();
        ByteBuffer buffer = ByteBuffer.allocateDirect(4_000_000);

        assertThat(DirectMemory.measure().used()).isGreaterThanOrEqualTo(buffer.capacity());
        assertThat(DirectMemory.measure().max()).isGreaterThan(before);
    }

    @Test
    void shouldMeasureThisProcess() {
        Health health = new ProcessHealth().check();

        assertThat(health.ready()).as(health.detail()).isTrue();
        assertThat(health.detail()).contains("descriptors=", "heapMiB=", "directMiB=");
    }
}
