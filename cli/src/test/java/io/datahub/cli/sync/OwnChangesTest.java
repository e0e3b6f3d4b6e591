package io.datahub.cli.sync;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OwnChangesTest {

    private final OwnChanges changes = new OwnChanges();

    @Test
    void shouldSkipOwnChangesUpToTheFirstOfSomebodyElse() {
        for (String cursor : new String[] {"e-11", "e-10", "e-9", "e-13"}) {
            changes.add(cursor);
        }

        assertThat(changes.after("e-8")).isEqualTo("e-11");
        assertThat(changes.after("e-12")).isEqualTo("e-13");
    }

    @Test
    void shouldSkipNothingOfAnotherJournalOrWithoutACursor() {
        changes.add("other-9");
        changes.add("");

        assertThat(changes.after("e-8")).isEqualTo("e-8");
        assertThat(changes.after("")).isEmpty();
        assertThat(changes.after("e-x")).isEqualTo("e-x");
        assertThat(changes.after("e-9999999999999999999")).isEqualTo("e-9999999999999999999");
    }
}
