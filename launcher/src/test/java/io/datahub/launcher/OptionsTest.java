package io.datahub.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OptionsTest {

    private static Options options(String... words) throws CommandFailure {
        return new Options("sub …", Set.of("--json"), Set.of("--count"), words);
    }

    @Test
    void shouldAcceptOptionsBetweenWords() throws CommandFailure {
        Options options = options("a", "--json", "b", "--count", "3", "-");

        assertThat(options.words()).containsExactly("a", "b", "-");
        assertThat(options.has("--json")).isTrue();
        assertThat(options.number("--count")).contains(3L);
    }

    @Test
    void shouldTreatEverythingAfterTwoDashesAsWords() throws CommandFailure {
        assertThat(options("--", "--json").words()).containsExactly("--json");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--unknown", "--count", "--jsonx"})
    void shouldRefuseUnknownOptionsAndMissingValues(String word) {
        assertThatExceptionOfType(CommandFailure.class)
                .isThrownBy(() -> options(word))
                .withMessageContaining(word)
                .withMessageContaining("datahub sub …")
                .satisfies(failure -> assertThat(failure.status()).isEqualTo(CommandFailure.USAGE));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "x", "1.5", "99999999999"})
    void shouldRefuseInvalidNumbers(String number) {
        assertThatExceptionOfType(CommandFailure.class)
                .isThrownBy(() -> options("--count", number).number("--count"))
                .withMessageContaining("--count must be a number");
    }
}
