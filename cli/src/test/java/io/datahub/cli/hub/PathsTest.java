package io.datahub.cli.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.cli.core.Failure;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PathsTest {

    @Test
    void shouldEncodeWhatCannotBeInAPath() {
        assertThat(Paths.files("ä b/1%#?;.txt")).isEqualTo("/files/%C3%A4%20b/1%25%23%3F%3B.txt");
        assertThat(Paths.encodeValue("a/b&c=d+e")).isEqualTo("a%2Fb%26c%3Dd%2Be");
    }

    @Test
    void shouldTakePathsAsTheUserWritesThem() {
        assertThat(Paths.of("hub:/a/b")).isEqualTo("a/b");
        assertThat(Paths.directory("a/b")).isEqualTo("a/b/");
        assertThat(Paths.directory("hub:")).isEmpty();
        assertThat(Paths.name("a/b/")).isEqualTo("b");
        assertThatThrownBy(() -> Paths.record("a/")).isInstanceOf(Failure.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"../x", "a/../../x", "/etc/passwd", "a//b", "a\\..\\b", "."})
    void shouldRefuseNamesThatLeadOutOfTheTree(String path) {
        assertThatThrownBy(() -> Paths.local(Path.of("tree"), path)).isInstanceOf(Failure.class);
    }

    @Test
    void shouldFindNamesThatAreOneFileWhereCaseIsIgnored() {
        assertThat(Paths.equalButForCase(List.of("a/B", "a/b", "a/c", "A/C", "\u00c4", "a\u0308")))
                .containsExactlyInAnyOrder("a/B", "a/b", "a/c", "A/C", "\u00c4", "a\u0308");
        assertThat(Paths.equalButForCase(List.of("a/b", "b/a"))).isEmpty();
        assertThatThrownBy(() -> Paths.distinct("a", Set.of("a"))).isInstanceOf(Failure.class);
    }
}
