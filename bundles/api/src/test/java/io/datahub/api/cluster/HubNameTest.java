package io.datahub.api.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HubNameTest {

    @Test
    void shouldTakeTheConfiguredName() {
        assertThat(HubName.of(" hub-1 ")).isEqualTo("hub-1");
    }

    @Test
    void shouldTakeTheNameOfTheMachineOtherwise() {
        assertThat(HubName.of("")).matches(HubName.FORM);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a/b", "a.b", "a b", "*", ">", "-a", "ü"})
    void shouldRefuseWhatCouldBeTakenForSomethingElse(String name) {
        assertThatThrownBy(() -> HubName.of(name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the key hub");
    }
}
