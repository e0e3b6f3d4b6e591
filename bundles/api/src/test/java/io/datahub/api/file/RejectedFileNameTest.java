package io.datahub.api.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class RejectedFileNameTest {

    private static final Instant TIME = Instant.ofEpochMilli(1_700_000_000_123L);

    @Test
    void shouldContainTimeSourceAndName() {
        assertThat(RejectedFileName.of(TIME, "incoming", "a b/ü.xml")).isEqualTo("1700000000123-incoming-a_b__.xml");
    }

    @Test
    void shouldKeepTheEndOfALongName() {
        String name = RejectedFileName.of(TIME, "incoming", "x".repeat(300) + ".xml");

        assertThat(name).hasSizeLessThan(255).endsWith("x.xml");
    }

    @Test
    void shouldReadTheTimeBack() {
        assertThat(RejectedFileName.time(Path.of("d", RejectedFileName.of(TIME, "0123abcd", "a"))))
                .contains(TIME);
        assertThat(RejectedFileName.time(Path.of("d/somebody-elses.xml"))).isEmpty();
    }
}
