package io.datahub.api.event;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class EventReaderTest {

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static String text(ByteBuffer bytes) {
        return UTF_8.decode(bytes.duplicate()).toString();
    }

    private static EventReader read(ByteBuffer... events) {
        ByteBuffer all = ByteBuffer.allocate(1 << 20);
        for (ByteBuffer event : events) {
            all.put(event);
        }
        return new EventReader(new EventRun(new SharedBuffer(all), 0, all.position(), events.length, "u", 0));
    }

    @Test
    void shouldTakeApartWhatWasWritten() {
        String big = "x".repeat(300);
        EventReader reader = read(
                EventWriter.write(bytes("build.done"), bytes("payload")),
                EventWriter.write(bytes("t"), bytes(big), bytes("third"), bytes(""), bytes("fifth")));

        assertThat(reader.next()).isTrue();
        assertThat(reader.topic()).isEqualTo("build.done");
        assertThat(text(reader.payload())).isEqualTo("payload");
        assertThat(reader.moreFrames()).isEmpty();

        assertThat(reader.next()).isTrue();
        assertThat(text(reader.payload())).isEqualTo(big);
        assertThat(reader.moreFrames()).extracting(EventReaderTest::text).containsExactly("third", "", "fifth");
        assertThat(reader.next()).isFalse();
    }

    @Test
    void shouldEndTheTopicOfASingleFrameAtTheFirstSpaceOrNul() {
        EventReader reader = read(
                EventWriter.write(bytes("build.done {}")),
                EventWriter.write(bytes("a\0b c")),
                EventWriter.write(bytes("alone")));
        reader.next();
        assertThat(reader.topic()).isEqualTo("build.done");
        assertThat(text(reader.payload())).isEqualTo("{}");
        reader.next();
        assertThat(reader.topic()).isEqualTo("a");
        assertThat(text(reader.payload())).isEqualTo("b c");
        reader.next();
        assertThat(reader.topic()).isEqualTo("alone");
        assertThat(text(reader.payload())).isEmpty();
    }

    @Test
    void shouldKnowWhereAnEventStandsInItsBuffer() {
        EventReader reader = read(EventWriter.write(bytes("a"), bytes("1")), EventWriter.write(bytes("b"), bytes("2")));
        reader.next();
        int end = reader.end();
        reader.next();
        assertThat(reader.start()).isEqualTo(end);
        assertThat(reader.end()).isEqualTo(2 * end);
    }
}
