package io.datahub.ssh.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.ssh.session.WindowSize;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ChannelMemoryTest {

    private static final long TOTAL = 1 << 27;

    private final ChannelMemory memory = new ChannelMemory(TOTAL);

    private Map<WindowSize, Integer> reserveAll(String user) {
        Map<WindowSize, Integer> counts = new EnumMap<>(WindowSize.class);
        Optional<WindowSize> size = memory.reserve(user);
        while (size.isPresent()) {
            counts.merge(size.get(), 1, Integer::sum);
            size = memory.reserve(user);
        }
        return counts;
    }

    @Test
    void shouldGiveSmallWindowsOnceAUserHasLargeOnes() {
        assertThat(reserveAll("ada")).isEqualTo(Map.of(WindowSize.LARGE, 4, WindowSize.SMALL, 192));
        assertThat(memory.reserved()).isEqualTo(TOTAL / 2);
    }

    @Test
    void shouldLeaveSomeForOtherUsers() {
        reserveAll("ada");
        assertThat(memory.reserve("bob")).contains(WindowSize.SMALL);
    }

    @Test
    void shouldNeverReserveMoreThanThereIs() {
        for (int i = 0; i < 100; i++) {
            reserveAll("user" + i);
        }
        assertThat(memory.reserved()).isLessThanOrEqualTo(TOTAL);
    }

    @Test
    void shouldReserveAgainWhatWasReleased() {
        reserveAll("ada");
        Collections.nCopies(4, WindowSize.LARGE).forEach(size -> memory.release("ada", size));
        Collections.nCopies(192, WindowSize.SMALL).forEach(size -> memory.release("ada", size));
        assertThat(memory.reserved()).isZero();
        assertThat(memory.reserve("ada")).contains(WindowSize.LARGE);
    }
}
