package io.datahub.hooks.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.api.state.AdapterState;
import io.datahub.api.state.StateChange;
import io.datahub.test.memory.MemoryAdapterStates;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FeedOwnerTest {

    private Instant now = Instant.EPOCH;
    private final AdapterState state = new MemoryAdapterStates(() -> now).of("feed");
    private final FeedOwner one = new FeedOwner(
            state,
            Optional.of("one"),
            () -> Duration.between(Instant.EPOCH, now).toNanos());
    private final FeedOwner two = new FeedOwner(state, Optional.of("two"));

    private static List<StateChange> change(String value) {
        return List.of(StateChange.put("cursor", value));
    }

    @Test
    void shouldBeOneHubAtATime() throws IOException {
        assertThat(one.acquire()).isTrue();
        assertThat(two.acquire()).isFalse();
        assertThat(two.other()).contains("one");
        assertThatThrownBy(() -> two.update(change("2"))).isInstanceOf(IOException.class);
        one.update(change("1"));
        one.release();
        assertThat(two.acquire()).isTrue();
        assertThat(two.other()).isEmpty();
        assertThat(one.acquire()).isFalse();
        assertThat(state.get("cursor").orElseThrow().text()).isEqualTo("1");
    }

    @Test
    void shouldLoseItsLeaseWithoutSignOfLife() throws IOException {
        assertThat(one.acquire()).isTrue();
        now = now.plus(FeedOwner.LEASE).minusSeconds(1);
        one.renew();
        now = now.plus(FeedOwner.LEASE).minusSeconds(1);
        assertThat(two.acquire()).isFalse();
        assertThat(one.isOwner()).isTrue();
        now = now.plus(Duration.ofSeconds(2));
        assertThat(one.isOwner()).as("without an answer for so long").isFalse();
        assertThat(two.acquire()).isTrue();
        assertThatThrownBy(() -> one.update(change("late"))).hasMessageContaining("taken this feed over");
        assertThatThrownBy(() -> one.update(change("later"))).isInstanceOf(IOException.class);
        one.renew();
        one.release();
        assertThat(state.get("cursor")).isEmpty();
        two.update(change("2"));
    }

    @Test
    void shouldContinueAfterARestartAtOnce() throws IOException {
        assertThat(one.acquire()).isTrue();
        FeedOwner restarted = new FeedOwner(state, Optional.of("one"));
        assertThat(restarted.acquire()).isTrue();
        restarted.update(change("1"));
        assertThatThrownBy(() -> one.update(change("0"))).isInstanceOf(IOException.class);
    }

    @Test
    void shouldNeedNoLeaseAlone() throws IOException {
        FeedOwner alone = new FeedOwner(state, Optional.empty());
        assertThat(alone.acquire()).isTrue();
        alone.update(change("1"));
        alone.renew();
        alone.release();
        assertThat(state.list("", "", 10)).hasSize(1);
    }
}
