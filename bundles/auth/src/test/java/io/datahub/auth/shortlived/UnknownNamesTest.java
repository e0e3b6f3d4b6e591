package io.datahub.auth.shortlived;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Which names are remembered as unknown, and how long. */
class UnknownNamesTest {

    private final AtomicLong now = new AtomicLong();
    private final UnknownNames names = new UnknownNames(now::get);

    @Test
    void shouldForgetANameAfterSomeSeconds() {
        names.add("a");
        now.addAndGet(UnknownNames.NANOS - 1);
        assertThat(names.contains("a")).isTrue();
        assertThat(names.contains("b")).isFalse();

        now.incrementAndGet();
        assertThat(names.contains("a")).isFalse();
    }

    @Test
    void shouldForgetTheOldestNamesWhenThereAreTooMany() {
        names.add("first");
        names.add("second");
        names.add("first");
        for (int i = 0; i < UnknownNames.MAX - 1; i++) {
            names.add("other" + i);
        }
        assertThat(names.contains("second")).isFalse();
        assertThat(names.contains("first")).isTrue();
    }
}
