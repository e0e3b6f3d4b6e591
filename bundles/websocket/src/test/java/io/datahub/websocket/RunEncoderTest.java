package io.datahub.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.event.EventRun;
import io.datahub.api.json.Utf8;
import io.datahub.test.memory.MemoryBroker;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class RunEncoderTest {

    private final MemoryBroker broker = RunningGateway.broker();

    @Test
    void shouldEncodeARunOnceForAllReceivers() {
        RunEncoder encoder = new RunEncoder(Subprotocol.JSON);
        EventRun run = broker.send("u", 0, utf8("t"), utf8("p"));
        EncodedRun encoded = encoder.encode(run);
        assertThat(encoder.encode(run)).isSameAs(encoded);
        assertThat(encoder.encode(broker.send("u", 0, utf8("t"), utf8("p")))).isNotSameAs(encoded);
    }

    @Test
    void shouldValidateUtf8() {
        assertThat(Utf8.isValid(utf8("\u00e9\ud83d\ude00".repeat(1000)))).isTrue();
        assertThat(Utf8.isValid(new byte[] {(byte) 0xc3})).isFalse();
        assertThat(Utf8.isValid(new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80}))
                .isFalse();
        assertThat(Utf8.isValid(new byte[] {(byte) 0xc0, (byte) 0x80})).isFalse();
        assertThat(Utf8.isValid(new byte[0])).isTrue();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
