package io.datahub.store.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordCodecTest {

    private static final Instant TIME = Instant.ofEpochSecond(1_700_000_000L, 123_456_789);

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "grüße", "\0", "日本語", "\ud83d\ude00"})
    void shouldReadAnEntryAsItWasWritten(String text) {
        for (CommitTimes times :
                new CommitTimes[] {CommitTimes.NONE, new CommitTimes(Optional.of(TIME), Optional.of(TIME.minusNanos(1)))
                }) {
            IndexEntry entry = new IndexEntry(1, -2, Long.MAX_VALUE, 0, text, text + text, text, times);

            assertThat(IndexEntry.unpack(entry.pack())).isEqualTo(entry);
        }
    }

    @Test
    void shouldRefuseAnEntryThatIsCutOff() {
        byte[] bytes = new IndexEntry(1, 2, 3, 4, "\"etag\"", "0".repeat(64), "ops", CommitTimes.NONE).pack();
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> IndexEntry.unpack(cut)).isInstanceOf(UncheckedIOException.class);
        }
    }
}
