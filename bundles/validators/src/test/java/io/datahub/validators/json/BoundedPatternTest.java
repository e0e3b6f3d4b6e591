package io.datahub.validators.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BoundedPatternTest {

    private static final long LONG_TIME = TimeUnit.MINUTES.toNanos(1);

    private final BoundedPattern pattern = new BoundedPattern("^a+$");

    @Test
    void shouldLimitTheTotalReadsOfAllValuesOfADocument() {
        String value = "a".repeat(100);

        assertThatCode(() -> BoundedPattern.withBudget(1_000, LONG_TIME, () -> pattern.matches(value)))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> BoundedPattern.withBudget(1_000, LONG_TIME, () -> {
                    for (int i = 0; i < 20; i++) {
                        pattern.matches(value);
                    }
                }))
                .isInstanceOf(TooCostlyException.class);
    }

    @Test
    void shouldLimitTheTime() {
        String value = "a".repeat(100_000);

        assertThatThrownBy(() -> BoundedPattern.withBudget(Long.MAX_VALUE, 0, () -> pattern.matches(value)))
                .isInstanceOf(TooCostlyException.class);
        assertThat(pattern.matches(value)).isTrue();
    }
}
