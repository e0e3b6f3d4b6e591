package io.datahub.zeromq.buffer;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.event.SharedBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BufferPoolTest {

    private final BufferPool pool = new BufferPool(1_000, 3_000);

    @Test
    void shouldAllocateHeapBuffersWhenThePoolIsExhaustedAndScarceOnesAfterThat() {
        List<SharedBuffer> taken = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            taken.add(pool.acquire());
        }

        assertThat(taken.subList(0, 3)).allMatch(buffer -> buffer.bytes().isDirect() && !buffer.isScarce());
        assertThat(taken.subList(3, 6)).allMatch(buffer -> !buffer.bytes().isDirect() && !buffer.isScarce());
        assertThat(taken.subList(6, 8)).allMatch(SharedBuffer::isScarce);

        taken.forEach(SharedBuffer::release);
        assertThat(pool.onHeap()).isZero();
        assertThat(pool.idle()).isEqualTo(3);
        assertThat(pool.acquire().bytes().isDirect()).isTrue();
    }
}
