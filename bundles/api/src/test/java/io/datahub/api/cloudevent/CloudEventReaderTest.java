package io.datahub.api.cloudevent;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.Result;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CloudEventReaderTest {

    private static final String EVENT = "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"t\"}";

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String refusal(Result<?> result) {
        return result.refusal().orElseThrow().detail();
    }

    @Test
    void shouldKeepTheJsonOfTheSender() {
        CloudEventMessage message = CloudEventReader.read(utf8(EVENT), "x").get();
        assertThat(message.json()).asString(StandardCharsets.UTF_8).isEqualTo(EVENT);
        assertThat(message.event().topic()).isEqualTo("t");
    }

    @Test
    void shouldReadABatchInItsOrder() {
        String second = EVENT.replace("\"1\"", "\"2\"");
        List<CloudEventMessage> messages = CloudEventReader.readBatch(utf8("[ " + EVENT + " ,\n" + second + "]"), "x")
                .get();
        assertThat(messages)
                .extracting(message -> new String(message.json(), StandardCharsets.UTF_8))
                .containsExactly(EVENT, second);
    }

    /** The same defect is refused with the same sentence in each mode. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"n\":1.5|the attribute n must be a string, a boolean or an integer of 32 bits (CloudEvents, 3)",
                "\"data\":1,\"data_base64\":\"QQ==\"|a CloudEvent has data or data_base64, not both",
                "\"data_base64\":\"QQ\"|data_base64 isn't Base64 (RFC 4648, 4)",
                "\"a_b\":\"c\"|\"a_b\" isn't the name of an attribute, which has lower-case letters and digits only",
            })
    void shouldRefuseADefectInEachMode(String member, String detail) {
        String event = EVENT.replace("}", "," + member + "}");
        assertThat(refusal(CloudEventReader.read(utf8(event), "x"))).isEqualTo(detail);
        assertThat(refusal(CloudEventReader.readBatch(utf8("[" + EVENT + "," + event + "]"), "x")))
                .isEqualTo(detail);
        assertThat(CloudEventReader.isCloudEvent(utf8(event))).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"id\":|it isn't well-formed JSON",
                "[]|it isn't a CloudEvent in JSON",
                "{\"a\":1,\"a\":2}|it has the name 'a' twice in one object",
            })
    void shouldNameWhatIsNotACloudEvent(String text, String detail) {
        assertThat(refusal(CloudEventReader.read(utf8(text), "it"))).isEqualTo(detail);
    }

    @Test
    void shouldRefuseTrailingValues() {
        assertThat(refusal(CloudEventReader.read(utf8(EVENT + " 1"), "it")))
                .isEqualTo("it has more than one JSON value");
        assertThat(refusal(CloudEventReader.readBatch(utf8("[]{}"), "it")))
                .isEqualTo("it has more than one JSON value");
        assertThat(CloudEventReader.isCloudEvent(utf8(EVENT + EVENT))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16BE", "ISO-8859-1"})
    void shouldRefuseWhatIsNotUtf8(String charset) throws Exception {
        byte[] bytes = EVENT.replace("/s", "/\u00e9\u00e9").getBytes(charset);
        assertThat(CloudEventReader.read(bytes, "it").isRefused()).isTrue();
        assertThat(CloudEventReader.isCloudEvent(bytes)).isFalse();
    }

    @Test
    void shouldReadHeaders() {
        List<Map.Entry<String, String>> headers = List.of(
                Map.entry("CE-SpecVersion", "1.0"),
                Map.entry("ce-id", "1"),
                Map.entry("ce-source", "/s"),
                Map.entry("ce-type", "t"),
                Map.entry("Accept", "*/*"));
        CloudEventMessage message = CloudEventHeaders.read(headers, Optional.of("application/json"), utf8("[1]"))
                .get();
        assertThat(message.json())
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("{\"specversion\":\"1.0\",\"datacontenttype\":\"application/json\",\"id\":\"1\","
                        + "\"source\":\"/s\",\"type\":\"t\",\"data\":[1]}");
    }
}
