package io.datahub.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.client.Event;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class EventPrinterTest {

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String line(boolean json, byte[]... frames) {
        return new String(new EventPrinter(json).line(Event.of(List.of(frames))), StandardCharsets.UTF_8);
    }

    @Test
    void shouldPrintTopicAndPayload() {
        assertThat(line(false, utf8("build.done"), utf8("grün"))).isEqualTo("build.done grün\n");
    }

    @Test
    void shouldPrintTextAsJson() {
        assertThat(line(true, utf8("build.\"1\""), utf8("a\\b\n✓")))
                .isEqualTo("{\"topic\":\"build.\\\"1\\\"\",\"data\":\"a\\\\b\\u000a✓\"}\n");
    }

    @Test
    void shouldPrintBinaryPayloadsAndFurtherFramesInBase64() {
        assertThat(line(true, utf8("t"), new byte[] {0, -1}, utf8("more"), utf8("")))
                .isEqualTo("{\"topic\":\"t\",\"base64\":\"AP8=\",\"frames\":[\"bW9yZQ==\",\"\"]}\n");
    }
}
