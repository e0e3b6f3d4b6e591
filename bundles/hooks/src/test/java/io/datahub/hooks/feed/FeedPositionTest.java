package io.datahub.hooks.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.record.Cursor;
import io.datahub.api.state.AdapterState;
import io.datahub.test.memory.MemoryAdapterStates;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FeedPositionTest {

    private static final Instant TIME = Instant.ofEpochMilli(5_000);

    private final AdapterState state = new MemoryAdapterStates(InstantSource.system()).of("feed");

    /** As after a restart. */
    private FeedPosition loaded() throws IOException {
        FeedPosition position = new FeedPosition(state, new FeedOwner(state, Optional.empty()));
        position.load();
        return position;
    }

    @Test
    void shouldContinueAfterTheLastEvent() throws IOException {
        assertThat(new FeedPosition(state, new FeedOwner(state, Optional.empty())).load())
                .isEmpty();
        loaded().store(new Cursor("a", 7), TIME);
        assertThat(new FeedPosition(state, new FeedOwner(state, Optional.empty())).load())
                .contains(new Cursor("a", 7));
        loaded().move(new Cursor("a", 9));
        assertThat(new FeedPosition(state, new FeedOwner(state, Optional.empty())).load())
                .contains(new Cursor("a", 9));
        assertThat(loaded().hasProcessed(new Cursor("a", 8), TIME.minusMillis(1)))
                .as("positions tell within an epoch")
                .isFalse();
    }

    @Test
    void shouldKnowWhatWasProcessedInAnEarlierEpoch() throws IOException {
        loaded().store(new Cursor("a", 7), TIME);
        loaded().restart(new Cursor("b", 1), new Cursor("b", 6));

        assertThat(new FeedPosition(state, new FeedOwner(state, Optional.empty())).load())
                .contains(new Cursor("b", 1));
        FeedPosition position = loaded();
        assertThat(position.hasProcessed(new Cursor("b", 2), TIME.minusMillis(1)))
                .isTrue();
        assertThat(position.hasProcessed(new Cursor("b", 6), TIME.minusMillis(1)))
                .isTrue();
        assertThat(position.hasProcessed(new Cursor("b", 6), TIME)).isFalse();
        assertThat(position.hasProcessed(new Cursor("b", 7), TIME.minusMillis(1)))
                .as("published in the new epoch by a clock that was set back")
                .isFalse();

        position.store(new Cursor("b", 7), TIME.plusMillis(1));
        assertThat(position.hasProcessed(new Cursor("b", 2), TIME.minusMillis(1)))
                .isFalse();
        assertThat(loaded().hasProcessed(new Cursor("b", 2), TIME.minusMillis(1)))
                .isFalse();
    }
}
