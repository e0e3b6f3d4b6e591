package io.datahub.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DescriptorsTest {

    @Test
    void shouldLeaveAFifthAndTheHubsOwnToOthersThanTwoTransports() {
        assertThat(Descriptors.share(65_536)).isEqualTo(26_054);
        assertThat(Descriptors.share(10_400)).isEqualTo(4_000);
        assertThat(Descriptors.share(1_024)).isEqualTo(248);
    }

    @Test
    void shouldGiveATransportATenthWhereThereAreFewerThanTheHubNeeds() {
        assertThat(Descriptors.share(400)).isEqualTo(40);
        assertThat(Descriptors.share(5)).isEqualTo(1);
    }

    @Test
    void shouldKnowWhatTheProcessHasOpen() {
        assertThat(Descriptors.open().orElseThrow()).isPositive().isLessThan(Descriptors.most());
    }
}
