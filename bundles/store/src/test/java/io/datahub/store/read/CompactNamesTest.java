package io.datahub.store.read;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class CompactNamesTest {

    @Test
    void shouldHaveTheNamesOfTheList() {
        List<String> names = new ArrayList<>(List.of("", "a", "grüße", "日本", "😀", "x".repeat(255)));
        for (int i = 0; i < 1_000; i++) {
            names.add("name " + i);
        }
        Collections.sort(names);

        CompactNames compact = new CompactNames(names);

        assertThat(compact).isEqualTo(names);
        assertThat(Collections.binarySearch(compact, "name 500")).isEqualTo(names.indexOf("name 500"));
        assertThat(new CompactNames(List.of())).isEmpty();
    }

    @Test
    void shouldTakeFourBytesMoreThanAName() {
        assertThat(new CompactNames(List.of("a", "bcd", "ä")).memory()).isEqualTo(1 + 3 + 2 + 3 * 4);
    }
}
