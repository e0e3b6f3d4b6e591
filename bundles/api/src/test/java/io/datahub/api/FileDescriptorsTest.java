package io.datahub.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FileDescriptorsTest {

    @Test
    void shouldLeaveAFifthAndTheHubsOwnToOthersThanTwoTransports() {
        assertThat(FileDescriptors.share(65_536)).isEqualTo(26_054);
        assertThat(FileDescriptors.share(10_400)).isEqualTo(4_000);
        assertThat(FileDescriptors.share(1_024)).isEqualTo(248);
    }

    @Test
    void shouldGiveATransportATenthWhereThereAreFewerThanTheHubNeeds() {
        assertThat(FileDescriptors.share(400)).isEqualTo(40);
        assertThat(FileDescriptors.share(5)).isEqualTo(1);
    }

    @Test
    void shouldKnowWhatTheProcessHasOpen() {
        assertThat(FileDescriptors.open().orElseThrow()).isPositive().isLessThan(FileDescriptors.max());
    }
}
