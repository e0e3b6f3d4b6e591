package io.datahub.hooks.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.record.Cursor;
import io.datahub.test.memory.MemoryBroker;
import java.util.List;
import org.junit.jupiter.api.Test;

class FeedTopicsTest {

    private static final Cursor FILE = new Cursor("a", 5);
    private static final Cursor KEPT = new Cursor("a", 5, 41);

    @Test
    void shouldReplayAllTopicsOfASingleHub() {
        FeedTopics topics = new FeedTopics(List.of("file.created/*", "x.*", "x."), false);
        assertThat(topics.replayed()).containsExactly("file.created/", "x.");
        assertThat(topics.live()).isEmpty();
        assertThat(topics.position(KEPT)).isEqualTo(KEPT);
        assertThat(topics.position(MemoryBroker.event("x.y", new byte[0]).at(KEPT)))
                .contains(KEPT);
    }

    @Test
    void shouldReplayFileEventsOnlyInACluster() {
        FeedTopics topics = new FeedTopics(List.of("file.created/*", "fi", "x.", "*"), true);
        assertThat(topics.replayed()).containsExactly("file.created/", "file.");
        assertThat(topics.live()).containsExactly("fi", "x.", "");
        assertThat(topics.position(KEPT)).isEqualTo(FILE);
        assertThat(topics.position(MemoryBroker.event("x.y", new byte[0]).at(KEPT)))
                .isEmpty();
        assertThat(topics.position(
                        MemoryBroker.event("file.created/a", new byte[0]).at(FILE)))
                .contains(FILE);
    }
}
