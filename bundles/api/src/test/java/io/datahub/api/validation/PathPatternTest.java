package io.datahub.api.validation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.api.record.RecordPath;
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
        "x(1)+, x(1)+, true"
    })
    void shouldMatchWholePaths(String pattern, String path, boolean expected) {
        assertThat(PathPattern.of(pattern).matches(RecordPath.of(path))).isEqualTo(expected);
    }

    @Test
    void shouldRefuseAnEmptyPattern() {
        assertThatThrownBy(() -> PathPattern.of("")).isInstanceOf(IllegalArgumentException.class);
    }
}
