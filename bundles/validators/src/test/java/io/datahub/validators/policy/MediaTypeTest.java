package io.datahub.validators.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MediaTypeTest {

    private static String type(String content) {
        return MediaType.of(content.getBytes(StandardCharsets.UTF_8)).toString();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "<svg xmlns='x'/> | image/svg+xml",
                "<?xml version='1.0'?> <!-- a --><!----> <svg/> | application/xml",
                "<?xml version='1.0'?> <!-- a --><!----> <svg > | image/svg+xml",
                "<!-- --> --><svg> | text/plain",
                "<!-- <svg> | text/plain",
                "<!--><svg>--><HTML> | text/html",
                "<!doctype HTML> | text/html",
                "<?xml <svg> | application/xml",
                "<a><svg> | application/xml",
                "{\"a\":1} | application/json",
            })
    void shouldSkipDeclarationAndComments(String content, String type) {
        assertThat(type(content)).isEqualTo(type);
    }

    /** Regression test: a pattern with nested repetition backtracked over every way to split the comments. */
    @Test
    @Timeout(60)
    void shouldSkipManyCommentsInLinearTime() {
        assertThat(MediaType.withoutProlog("<!---->".repeat(1_000_000) + "<!--"))
                .isEmpty();
        assertThat(MediaType.withoutProlog("<!-- -->\n".repeat(1_000_000) + "<x>"))
                .isEqualTo("<x>");
    }
}
