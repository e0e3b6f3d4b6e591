package io.datahub.api.record;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CursorTest {

    @Test
    void shouldReadWhatItWrote() {
        Cursor cursor = new Cursor("k3x9", 42);
        assertThat(cursor).hasToString("k3x9-42");
        assertThat(Cursor.parse("k3x9-42").get()).isEqualTo(cursor);
        Cursor kept = new Cursor("k3x9", 42, 7);
        assertThat(kept).hasToString("k3x9-42.7");
        assertThat(Cursor.parse("k3x9-42.7").get()).isEqualTo(kept);
        assertThat(Cursor.parse("0").get()).isEqualTo(Cursor.BEGINNING);
    }

    @Test
    void shouldRefuseEverythingElse() {
        for (String text :
                new String[] {"", "1", "-1", "a-", "a-1b", "A-1", "a-1234567890123456789", "a-1.", "a-1.0", "a-1.2.3"
                }) {
            assertThat(Cursor.parse(text).isRefused()).as(text).isTrue();
        }
    }

    @Test
    void shouldOrderCursorsOfOneEpochOnly() {
        Cursor first = new Cursor("k3x9", 1);
        Cursor second = new Cursor("k3x9", 2);
        Cursor other = new Cursor("k4", 2);
        assertThat(first.isUpTo(second)).isTrue();
        assertThat(first.isUpTo(first)).isTrue();
        assertThat(second.isUpTo(first)).isFalse();
        assertThat(first.isUpTo(other)).isFalse();
        assertThat(other.isUpTo(first)).isFalse();
        Cursor kept = new Cursor("k3x9", 1, 9);
        assertThat(first.isUpTo(kept)).isTrue();
        assertThat(kept.isUpTo(first)).isFalse();
        assertThat(kept.isUpTo(kept)).isTrue();
        assertThat(kept.isUpTo(new Cursor("k3x9", 1, 10))).isTrue();
        assertThat(kept.isUpTo(second)).isTrue();
        assertThat(second.isUpTo(kept)).isFalse();
        assertThat(Cursor.BEGINNING.isComparableTo(first)).isFalse();
    }
}
