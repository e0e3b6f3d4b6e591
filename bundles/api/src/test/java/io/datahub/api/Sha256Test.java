package io.datahub.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class Sha256Test {

    /** NIST, FIPS 180-2, B.1. */
    private static final String HASH_OF_ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    @Test
    void shouldHashBytesAndText() {
        assertThat(Sha256.hex("abc")).isEqualTo(HASH_OF_ABC);
        assertThat(Sha256.hex("ü")).isEqualTo(Sha256.hex("ü".getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void shouldHashAChannelUpToItsEnd() throws IOException {
        byte[] bytes = new byte[300_000];

        assertThat(Sha256.hex(Channels.newChannel(new ByteArrayInputStream(bytes))))
                .isEqualTo(Sha256.hex(bytes));
        assertThat(Sha256.hex(Channels.newChannel(new ByteArrayInputStream("abc".getBytes(StandardCharsets.UTF_8)))))
                .isEqualTo(HASH_OF_ABC);
    }
}
