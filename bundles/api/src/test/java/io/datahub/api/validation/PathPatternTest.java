package io.datahub.api.validation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import io.datahub.api.path.RecordPath;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PathPatternTest {

    @ParameterizedTest
    @CsvSource({
        "broker_users.xml, broker_users.xml, true",
        "broker_users.xml, broker_usersxxml, false",
        "*.xml, a.xml, true",
        "*.xml, a/b.xml, false",
        "**/*.xml, a.xml, true",
        "**/*.xml, a/b/c.xml, true",
        "a/**, a/b/c, true",
        "a/**, b/a/c, false",
        "a/**/b, a/b, true",
        "a/**/b, a/x/y/b, true",
        "a/**/b, axb, false",
        "**, a/b, true",
        "v?.txt, v1.txt, true",
        "v?.txt, v/.txt, false",
        "x(1)+, x(1)+, true",
        "a*, a, true",
        "*a*b*, xaxbx, true",
        "*a*b*, xbxax, false",
        "a/**/b, a/xb, false",
        "**/a/**/b/**, q/a/b/c, true",
        "**/*-*-*.gz, d/a-b-c.gz, true",
        "**/*-*-*.gz, a-b/c-d.gz, false",
        "v?.txt, v😀.txt, true",
        "ab*ba, aba, false"
    })
    void shouldMatchWholePaths(String pattern, String path, boolean expected) {
        assertThat(PathPattern.of(pattern).matches(RecordPath.of(path))).isEqualTo(expected);
    }

    @Test
    void shouldRefuseAnEmptyPattern() {
        assertThatThrownBy(() -> PathPattern.of("")).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({"dist/*/*-*-*-*.tar.gz, dist/x/", "builds/**/*-*-*-*.tar.gz, builds/", "**/**a**/**a**/**a**b, a/"})
    void shouldNotBacktrack(String pattern, String beginning) {
        RecordPath path = RecordPath.of(beginning + ("-".repeat(200) + "/a").repeat(19));

        assertTimeout(
                Duration.ofSeconds(1),
                () -> assertThat(PathPattern.of(pattern).matches(path)).isFalse());
    }

    @Test
    void shouldRefuseATooLongPattern() {
        assertThatThrownBy(() -> PathPattern.of("*".repeat(WildcardPattern.MAX_LENGTH + 1)))
                .hasMessageContaining("the most are 4096");
    }

    @ParameterizedTest
    @CsvSource({"com.*.v1, com.a/b.v1, true", "com.*.v1, com.v1, false", "*, anything, true", "a?, ab, false"})
    void shouldMatchText(String pattern, String text, boolean expected) {
        assertThat(WildcardPattern.ofText(pattern).matches(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({".*.XXXXXX, .a.b2c3d4, true", ".*.XXXXXX, .a.bcdefg, false", "*.part?, x.part1, true"})
    void shouldMatchNames(String pattern, String name, boolean expected) {
        assertThat(WildcardPattern.ofName(pattern).matches(name)).isEqualTo(expected);
    }
}
