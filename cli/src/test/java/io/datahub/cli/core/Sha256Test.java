package io.datahub.cli.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Sha256Test {

    private static final int SHORTEST_PROVIDED = 65_537;

    @Test
    void shouldBeThatOfJavaForEachLengthOfTheLastBlockAndWhenItTakesOver() throws Exception {
        byte[] bytes = new byte[SHORTEST_PROVIDED + 1];
        new Random(1).nextBytes(bytes);
        Sha256 digest = new Sha256();
        for (int length = 0; length < 200; length++) {
            assertSame(digest, Arrays.copyOf(bytes, length));
        }
        // Together these are more than a process digests without Java's: it takes over in the middle of one.
        assertSame(digest, Arrays.copyOf(bytes, 40_000));
        assertSame(digest, bytes);
        assertSame(digest, Arrays.copyOf(bytes, 3));
    }

    private static void assertSame(Sha256 digest, byte[] bytes) throws Exception {
        int half = bytes.length / 2;
        digest.update(bytes, 0, half);
        for (int i = half; i < Math.min(half + 3, bytes.length); i++) {
            digest.update(bytes[i]);
        }
        int rest = Math.min(half + 3, bytes.length);
        digest.update(bytes, rest, bytes.length - rest);
        assertThat(digest.digest())
                .as("%d bytes", bytes.length)
                .isEqualTo(MessageDigest.getInstance("SHA-256").digest(bytes));
    }
}
