package io.datahub.validators;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BoundedPatternTest {

    private static final long LONG = TimeUnit.MINUTES.toNanos(1);

    private final BoundedPattern pattern = new BoundedPattern("^a+$");

    @Test
    void shouldBoundWhatAllValuesOfADocumentCostTogether() {
        String value = "a".repeat(100);

        assertThatCode(() -> BoundedPattern.within(1_000, LONG, () -> pattern.matches(value)))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> BoundedPattern.within(1_000, LONG, () -> {
                    for (int i = 0; i < 20; i++) {
                        pattern.matches(value);
                    }
                }))
                .isInstanceOf(TooCostlyException.class);
    }

    @Test
    void shouldBoundTheTime() {
        String value = "a".repeat(100_000);

        assertThatThrownBy(() -> BoundedPattern.within(Long.MAX_VALUE, 0, () -> pattern.matches(value)))
                .isInstanceOf(TooCostlyException.class);
        assertThat(pattern.matches(value)).isTrue();
    }
}
