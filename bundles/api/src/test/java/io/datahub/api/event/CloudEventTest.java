package io.datahub.api.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CloudEventTest {

    private static Map<String, Object> sound() {
        return new HashMap<>(Map.of("specversion", "1.0", "id", "7", "source", "/a", "type", "org.example.done"));
    }

    @Test
    void shouldTakeWhatTheStandardAllows() {
        Map<String, Object> attributes = sound();
        attributes.putAll(Map.of("time", "2026-11-25T18:00:00.5+01:00", "subject", "s", "count", 3, "flag", true));
        CloudEvent event = CloudEvent.of(attributes).get();
        assertThat(event.topic()).isEqualTo("org.example.done");
        assertThat(event.text("count")).isEqualTo("3");
        assertThat(event.text("missing")).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "specversion, 0.3",
        "id, ''",
        "source, ''",
        "type, ''",
        "subject, ''",
        "time, yesterday",
        "time, 2026-11-25T18:00:00",
        "Upper, x",
        "with_score, x",
        "data, x"
    })
    void shouldNameTheRuleThatIsBroken(String name, String value) {
        Map<String, Object> attributes = sound();
        attributes.put(name, value);
        assertThat(CloudEvent.of(attributes).refusal().orElseThrow().detail()).containsIgnoringCase(name);
    }

    @ParameterizedTest
    @CsvSource({"specversion", "id", "source", "type"})
    void shouldAskForWhatIsRequired(String name) {
        Map<String, Object> attributes = sound();
        attributes.remove(name);
        assertThat(CloudEvent.of(attributes).refusal().orElseThrow().detail()).contains(name);
    }

    @Test
    void shouldGiveAWrappedEventItsTopicBack() {
        Map<String, Object> attributes = sound();
        attributes.put("type", CloudEvent.WRAPPED);
        attributes.put("subject", "build.done");
        assertThat(CloudEvent.of(attributes).get().topic()).isEqualTo("build.done");
    }
}
