package io.datahub.api.log;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogTextTest {

    @Test
    void shouldLeaveWhatPeopleWrite() {
        assertThat(LogText.quoted("builds/grüße 日本 😀 a=b; 'c'")).isEqualTo("\"builds/grüße 日本 😀 a=b; 'c'\"");
        assertThat(LogText.quoted(null)).isEqualTo("\"null\"");
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                0x00, 0x08, 0x09, 0x0a, 0x0d, 0x1b, 0x1f, 0x7f, 0x80, 0x85, 0x9b, 0x9f, 0xad, 0x61c, 0x200b, 0x200e,
                0x200f, 0x2028, 0x2029, 0x202a, 0x202e, 0x2066, 0x2069, 0xfeff, 0xe000, 0xfffe, 0xd800
            })
    void shouldWriteAsANumberWhatCouldForgeALine(int character) {
        assertThat(LogText.quoted("a" + new String(Character.toChars(character)) + "b"))
                .isEqualTo("\"a" + String.format("\\u%04x", character) + "b\"");
    }

    @Test
    void shouldKeepTextWithinItsQuotes() {
        assertThat(LogText.quoted("a\" login=ok \\")).isEqualTo("\"a\\\" login=ok \\\\\"");
        assertThat(LogText.quoted("\udb40\udc41")).isEqualTo("\"\\udb40\\udc41\"");
    }

    @Test
    void shouldCutWhatIsLongBetweenCharacters() {
        assertThat(LogText.escaped("😀😀😀", 2)).isEqualTo("😀😀…");
        assertThat(LogText.escaped("😀😀", 2)).isEqualTo("😀😀");
        assertThat(LogText.quoted("x".repeat(5_000))).hasSize(LogText.LONGEST + 3);
    }
}
