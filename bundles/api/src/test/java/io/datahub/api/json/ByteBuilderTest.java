package io.datahub.api.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ByteBuilderTest {

    private final ByteBuilder bytes = new ByteBuilder(0);

    @Test
    void shouldWriteNumbersAsLongDoes() {
        Random random = new Random(5);
        StringBuilder expected = new StringBuilder();
        for (int digits = 0; digits < 18; digits++) {
            long power = (long) Math.pow(10, digits);
            for (long number : new long[] {power - 1, power, power + 1, random.nextLong() >>> (1 + 3 * digits)}) {
                bytes.writeDecimal(number);
                bytes.write(' ');
                expected.append(number).append(' ');
            }
        }
        for (long number : new long[] {Integer.MAX_VALUE, 1L + Integer.MAX_VALUE, Long.MAX_VALUE}) {
            bytes.writeDecimal(number);
            expected.append(number);
        }
        assertThat(bytes).hasToString(expected.toString());
    }

    @Test
    void shouldAppendAndTruncate() {
        ByteBuffer source = ByteBuffer.wrap("abcdef".getBytes(StandardCharsets.UTF_8));
        bytes.write(source, 2, 4);
        bytes.write("\u00e4");
        bytes.write(source.array(), 5, 1);
        assertThat(bytes).hasToString("cd\u00e4f");
        assertThat(bytes.size()).isEqualTo(5);
        assertThat(source.position()).isZero();
        bytes.truncate(1);
        bytes.write('x');
        assertThat(bytes.toByteArray()).isEqualTo("cx".getBytes(StandardCharsets.UTF_8));
    }
}
