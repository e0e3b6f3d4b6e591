package io.datahub.http.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import org.junit.jupiter.api.Test;

class EncodedSlashesTest {

    private static Result<FileTarget> parse(String path, String... trees) {
        return FileTarget.parse("/files/" + path, new EncodedSlashes(trees));
    }

    private static String path(String path, String... trees) {
        return parse(path, trees).get().path().toString();
    }

    @Test
    void shouldDecodeASlashBelowTheTrees() {
        assertThat(path("npm/@scope%2fname", "npm/")).isEqualTo("npm/@scope/name");
        assertThat(path("npm/%40scope%2Fname", "other", " npm")).isEqualTo("npm/@scope/name");
        assertThat(path("npm/x%2fy", "pypi/, npm/")).isEqualTo("npm/x/y");
        assertThat(path("a/b/x%2fy%2fz", "a/b/")).isEqualTo("a/b/x/y/z");
        assertThat(path("n%70m/x%2fy", "npm/")).isEqualTo("npm/x/y");
        assertThat(path("x%2fy", "/")).isEqualTo("x/y");
        assertThat(parse("npm/x%2fy/", "npm/").get().isDirectory()).isTrue();
    }

    @Test
    void shouldRefuseAnEncodedSlashElsewhere() {
        for (String path : new String[] {"x%2fy", "npm%2fx", "npmx/a%2fb", "x/npm/a%2fb", "a%2Fb/x"}) {
            assertThat(parse(path, "npm/", "a/b/").refusal().orElseThrow().reason())
                    .as(path)
                    .isEqualTo(Reason.BAD_REQUEST);
        }
        assertThat(FileTarget.parse("/files/npm/@scope%2fname", EncodedSlashes.NONE)
                        .isRefused())
                .isTrue();
    }

    @Test
    void shouldRefuseTraversalAndInvalidPaths() {
        for (String path : new String[] {
            "npm/%2e%2e%2fx",
            "npm/a%2f..%2fx",
            "npm/a%2f../x",
            "npm/a%2f%2e%2e/x",
            "npm/a%2f.%2fx",
            "npm/%2fetc/passwd",
            "npm/a%2f%2fb",
            "npm/a%2f",
            "npm/a%2f/b",
            "npm/a%2f..;x/b",
            "npm/a%2f;b",
            "npm/a%5cb%2fc",
            "npm/a%2f%00",
            "npm/a%2f%ff",
            "npm/a%2f%2",
            "npm/../x%2fy",
            "npm/%2e%2e/x%2fy"
        }) {
            assertThat(parse(path, "npm/", "/").refusal().orElseThrow().reason())
                    .as(path)
                    .isEqualTo(Reason.BAD_REQUEST);
        }
        assertThat(path("npm/a%252fb", "npm/")).isEqualTo("npm/a%2fb");
    }

    @Test
    void shouldReportAnInvalidTree() {
        for (String tree : new String[] {"../x", "a//b", "/npm", "npm//"}) {
            assertThatThrownBy(() -> parse("x", tree))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("encodedSlashPaths has " + tree);
        }
    }
}
