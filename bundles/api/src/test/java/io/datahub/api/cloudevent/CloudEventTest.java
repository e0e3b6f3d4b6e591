package io.datahub.api.cloudevent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
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
        "time, 2026-11-25T18:00Z",
        "source, a b",
        "source, %zz",
        "dataschema, /no/scheme",
        "Upper, x",
        "with_score, x",
        "data, x"
    })
    void shouldNameTheRuleThatIsBroken(String name, String value) {
        Map<String, Object> attributes = sound();
        attributes.put(name, value);
        assertThat(CloudEvent.of(attributes).refusal().orElseThrow().detail()).containsIgnoringCase(name);
    }

    @Test
    void shouldListAllRulesThatAreBroken() {
        Map<String, Object> attributes = sound();
        attributes.putAll(Map.of(
                "source", "a b", "time", "yesterday", "subject", "", "myName", "x", "size", 1.5, "dataschema", "x"));
        attributes.remove("id");

        assertThat(CloudEvent.violations(attributes))
                .containsExactly(
                        "a CloudEvent's id must be a non-empty string",
                        "a CloudEvent's dataschema must be a URI with a scheme (RFC 3986)",
                        "\"myName\" isn't the name of an attribute, which has lower-case letters and digits only",
                        "the attribute size must be a string, a boolean or an integer of 32 bits (CloudEvents, 3)",
                        "a CloudEvent's subject must be a non-empty string",
                        "a CloudEvent's time must have the form 2026-11-25T18:00:00Z (RFC 3339)",
                        "a CloudEvent's source must be a URI-reference (RFC 3986), such as /builds/7");
        assertThat(CloudEvent.of(attributes).refusal().orElseThrow().detail())
                .isEqualTo("a CloudEvent's id must be a non-empty string");
    }

    @Test
    void shouldBoundTheNumberOfViolations() {
        Map<String, Object> attributes = sound();
        for (int i = 0; i < 10_000; i++) {
            attributes.put("no-name-" + i, "x");
        }

        assertThat(CloudEvent.violations(attributes)).hasSizeBetween(2, 200);
    }

    @Test
    void shouldBoundTheLengthOfTheType() {
        Map<String, Object> attributes = sound();
        attributes.put("type", "t".repeat(CloudEvent.MAX_TYPE_LENGTH));
        assertThat(CloudEvent.of(attributes).isRefused()).isFalse();
        attributes.put("type", "t".repeat(CloudEvent.MAX_TYPE_LENGTH + 1));
        assertThat(CloudEvent.of(attributes).refusal().orElseThrow().detail())
                .isEqualTo("the type has 1025 characters; the maximum is 1024");
    }

    /** With a hash table that probes in a line this took minutes. */
    @Test
    @Timeout(60)
    void shouldTakeManyAttributesWhoseNamesHaveOneHash() {
        Map<String, Object> attributes = sound();
        for (int i = 0; i < 1 << 18; i++) {
            StringBuilder name = new StringBuilder();
            for (int bit = 0; bit < 18; bit++) {
                name.append((i >> bit & 1) == 0 ? "an" : "c0");
            }
            attributes.put(name.toString(), "x");
        }
        assertThat(CloudEvent.of(attributes).get().attributes()).hasSize((1 << 18) + 4);
    }

    @ParameterizedTest
    @CsvSource({
        "'', true",
        "QQ==, true",
        "QUI=, true",
        "QUJD, true",
        "Q/+x, true",
        "QQ, false",
        "QQ=, false",
        "Q===, false",
        "====, false",
        "Q=Q=, false",
        "Q-_x, false",
        "'QUJD\n', false"
    })
    void shouldTellBase64(String text, boolean is) {
        assertThat(CloudEvent.isBase64(text)).isEqualTo(is);
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
