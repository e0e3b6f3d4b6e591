package io.datahub.api.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SharedBufferTest {

    @Test
    void shouldBeUnusedOnceTheLastHolderLetGo() {
        AtomicInteger unused = new AtomicInteger();
        SharedBuffer buffer = new SharedBuffer(ByteBuffer.allocate(1)) {
            @Override
            protected void unused() {
                unused.incrementAndGet();
            }
        };
        buffer.retain();
        buffer.release();
        assertThat(unused).hasValue(0);
        buffer.release();
        assertThat(unused).hasValue(1);
        assertThatThrownBy(buffer::release).isInstanceOf(IllegalStateException.class);
    }
}
