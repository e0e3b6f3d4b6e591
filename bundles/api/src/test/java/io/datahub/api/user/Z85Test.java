package io.datahub.api.user;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Z85Test {

    @Test
    void shouldWriteAndReadTheExampleOfItsSpecification() {
        byte[] bytes = HexFormat.of().parseHex("864fd26fb559f75b");

        assertThat(Z85.encode(bytes)).isEqualTo("HelloWorld");
        assertThat(Z85.decode("HelloWorld")).isEqualTo(bytes);
    }

    @Test
    void shouldReadWhatItWrote() {
        Random random = new Random(85);
        for (int words = 0; words < 50; words++) {
            byte[] bytes = new byte[4 * words];
            random.nextBytes(bytes);

            assertThat(Z85.decode(Z85.encode(bytes))).isEqualTo(bytes);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Hell", "HelloWorl", "Hello World", "Hell\"", "Hell\u00e9", "#####"})
    void shouldRefuseWhatIsNone(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Z85.decode(text)).withMessageContaining("Z85");
    }
}
