package io.datahub.api.path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.api.Reason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordPathTest {

    @ParameterizedTest
    @ValueSource(strings = {"a", "builds/app.tgz", "grüße/日本.txt", "a b", "...", ".hidden", "a/..b", "😀"})
    void shouldTakeWellFormedPaths(String text) {
        assertThat(RecordPath.of(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/", "/a", "a/", "a//b", ".", "..", "a/../b", "a/.", "a\\b", "a\0b", "a\nb", "a\u0085b", "\ud800"
            })
    void shouldRefuseWhatBreaksARule(String text) {
        assertThat(RecordPath.parse(text).refusal())
                .get()
                .extracting(r -> r.reason())
                .isEqualTo(Reason.BAD_REQUEST);
        assertThatThrownBy(() -> RecordPath.of(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldCountBytesAndNotCharacters() {
        assertThat(RecordPath.parse("ü".repeat(127)).isRefused()).isFalse();
        assertThat(RecordPath.parse("ü".repeat(128)).isRefused()).isTrue();
        assertThat(RecordPath.parse("日".repeat(85)).isRefused()).isFalse();
        assertThat(RecordPath.parse("日".repeat(85) + "a").isRefused()).isTrue();
        assertThat(RecordPath.parse("😀".repeat(63) + "abc").isRefused()).isFalse();
        assertThat(RecordPath.parse("a/" + "😀".repeat(64)).isRefused()).isTrue();
        String deep = "0123456/".repeat(511);
        assertThat(RecordPath.parse(deep + "01234567").isRefused()).isFalse();
        assertThat(RecordPath.parse(deep + "012345678").isRefused()).isTrue();
    }

    @Test
    void shouldKnowItsPlaceInTheTree() {
        RecordPath path = RecordPath.of("a/b/c");
        assertThat(path.name()).isEqualTo("c");
        assertThat(path.parent()).isEqualTo(RecordPath.of("a/b"));
        assertThat(RecordPath.of("a").parent()).isEqualTo(RecordPath.ROOT);
        assertThat(path.isBelow(RecordPath.ROOT)).isTrue();
        assertThat(path.isBelow(RecordPath.of("a"))).isTrue();
        assertThat(path.isBelow(path)).isFalse();
        assertThat(RecordPath.of("ab").isBelow(RecordPath.of("a"))).isFalse();
        assertThat(RecordPath.ROOT.isBelow(RecordPath.ROOT)).isFalse();
        assertThat(RecordPath.ROOT.child("x").get()).isEqualTo(RecordPath.of("x"));
        assertThat(path.child("..").isRefused()).isTrue();
    }
}
