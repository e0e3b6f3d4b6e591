package io.datahub.http.events;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.event.EventRun;
import io.datahub.api.event.SharedBuffer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EncodedEventsTest {

    private final EncodedEvents encoded = new EncodedEvents();
    private int calls;

    private static EventRun run() {
        return new EventRun(new SharedBuffer(ByteBuffer.allocate(1)), 0, 1, 1, "ci", 0);
    }

    private byte[] of(EventRun run, String text) {
        return encoded.of(run, any -> {
            calls++;
            return text.getBytes(StandardCharsets.UTF_8);
        });
    }

    @Test
    void shouldEncodeARunOnce() {
        EventRun run = run();
        for (int i = 0; i < 10; i++) {
            assertThat(of(run, "one")).asString().isEqualTo("one");
        }
        assertThat(calls).isEqualTo(1);
    }

    @Test
    void shouldNeverTakeTheEncodingOfAnotherRun() {
        List<EventRun> runs = new ArrayList<>(); // more than there are slots
        for (int i = 0; i < 1_000; i++) {
            runs.add(run());
            assertThat(of(runs.get(i), "run " + i)).asString().isEqualTo("run " + i);
        }
        for (int i = 0; i < 1_000; i++) {
            assertThat(of(runs.get(i), "run " + i)).asString().isEqualTo("run " + i);
        }
    }

    @Test
    void shouldNotKeepLargeRuns() {
        EventRun run = run();
        of(run, "x".repeat(2_049));
        of(run, "x".repeat(2_049));
        assertThat(calls).isEqualTo(2);
    }
}
