package io.datahub.ssh.sftp.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class LongNameTest {

    private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");

    @Test
    void shouldLookLikeALineOfLs() {
        Instant recent = Instant.parse("2026-11-03T04:05:06Z");
        assertThat(LongName.of("a b", Attributes.file(1_234, recent), "ada", NOW))
                .isEqualTo("-rw-r--r--    1 ada      hub          1234 Nov  3 04:05 a b");
        Instant old = Instant.parse("2020-11-13T04:05:06Z");
        assertThat(LongName.of("d", Attributes.directory(old), "ada", NOW))
                .isEqualTo("drwxr-xr-x    1 ada      hub             0 Nov 13  2020 d");
    }
}
