package io.datahub.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

class FileProblemTest {

    private static final Set<String> KNOWN = Set.of("io.datahub.jetty", "io.datahub.http");

    @Test
    void shouldSuggestTheMostSimilarPid() {
        assertThat(FileProblem.unknownFile("io.datahub.jety.cfg", "io.datahub.jety", KNOWN))
                .hasToString("etc/io.datahub.jety.cfg: has no effect, since no component reads io.datahub.jety;"
                        + " did you mean io.datahub.jetty?");
    }

    @Test
    void shouldSuggestNothingForAPidThatIsLikeNoOther() {
        assertThat(FileProblem.unknownFile("io.datahub.something.cfg", "io.datahub.something", KNOWN)
                        .text())
                .endsWith("; rename or remove the file");
    }
}
