package io.datahub.ssh.rsync;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RsyncPathTest {

    @ParameterizedTest
    @CsvSource({
        "a/b, a/b, false, ./a/b",
        "a/b/, a/b, true, ./a/b/",
        "/a/b, a/b, false, ./a/b",
        "~/a, a, false, ./a",
        "./-x, -x, false, ./-x",
        "a//b, a/b, false, ./a/b",
        "a/., a, true, ./a/",
        "a/./b, a/b, false, ./a/./b",
        "~x, ~x, false, ./~x"
    })
    void shouldStartAtTheRoot(String text, String path, boolean isDirectory, String written) {
        RsyncPath parsed = RsyncPath.parse(text).get();
        assertThat(parsed.path()).hasToString(path);
        assertThat(parsed.isDirectory()).isEqualTo(isDirectory);
        assertThat(parsed.written()).isEqualTo(written);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "/", "~", "~/", "./"})
    void shouldKnowTheRoot(String text) {
        RsyncPath parsed = RsyncPath.parse(text).get();
        assertThat(parsed.path().isRoot()).isTrue();
        assertThat(parsed.isDirectory()).isTrue();
        assertThat(parsed.written()).isEqualTo("./");
    }

    @ParameterizedTest
    @ValueSource(strings = {"..", "a/../b", "/..", "a/..", "a\\b", "a\u0007"})
    void shouldRefuseWhatIsNoPath(String text) {
        assertThat(RsyncPath.parse(text).refusal()).isPresent();
    }

    @Test
    void shouldRefuseALongSegment() {
        assertThat(RsyncPath.parse("x".repeat(256)).refusal()).isPresent();
    }
}
