package io.datahub.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EventTest {

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void shouldHaveTopicPayloadAndMore() {
        Event event = Event.of(List.of(utf8("build.grün"), utf8("payload"), utf8("more")));

        assertThat(event.topic()).isEqualTo("build.grün");
        assertThat(event.text()).isEqualTo("payload");
        assertThat(event.more()).containsExactly(utf8("more"));
    }

    @ParameterizedTest
    @CsvSource({"build.done ok, build.done, ok", "build.done, build.done, ''", "a  b, a, ' b'"})
    void shouldSplitASingleFrameAtTheFirstSpace(String frame, String topic, String payload) {
        Event event = Event.of(List.of(utf8(frame)));

        assertThat(event.topic()).isEqualTo(topic);
        assertThat(event.text()).isEqualTo(payload);
    }

    @Test
    void shouldSplitASingleFrameAtANul() {
        assertThat(Event.of(List.of(utf8("a\0b c"))).text()).isEqualTo("b c");
    }
}
