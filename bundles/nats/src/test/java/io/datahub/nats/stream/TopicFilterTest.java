package io.datahub.nats.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class TopicFilterTest {

    private static TopicFilter filter(String... prefixes) {
        return new TopicFilter(
                Arrays.stream(prefixes).map(TopicFilterTest::bytes).toList());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static boolean matches(TopicFilter filter, String topic) {
        return filter.matches(bytes(topic), bytes(topic).length);
    }

    @Test
    void shouldMatchWhatBeginsWithAPrefix() {
        TopicFilter filter = filter("build.", "a", "ü.", "deploy.x");
        assertThat(List.of("build.1", "build.", "a", "abc", "ü.1", "deploy.x1"))
                .allMatch(topic -> matches(filter, topic));
        assertThat(List.of("build", "b", "", "z", "u.", "deploy.y", "deploy."))
                .noneMatch(topic -> matches(filter, topic));
    }

    @Test
    void shouldMatchAlthoughAPrefixBeginsWithAnother() {
        TopicFilter filter = filter("b", "build.long.", "build.");
        assertThat(matches(filter, "build.zzz")).isTrue();
        assertThat(matches(filter, "bz")).isTrue();
    }

    @Test
    void shouldKnowWhenAllOrNoneMatch() {
        assertThat(filter().matchesNone()).isTrue();
        assertThat(matches(filter(), "a")).isFalse();
        assertThat(filter("a", "").matchesAll()).isTrue();
        assertThat(matches(filter("a", ""), "z")).isTrue();
        assertThat(filter("a").matchesAll()).isFalse();
    }

    @Test
    void shouldCompareNoMoreOfATopicThanIsGiven() {
        assertThat(filter("ab").matches(bytes("abc"), 1)).isFalse();
    }
}
