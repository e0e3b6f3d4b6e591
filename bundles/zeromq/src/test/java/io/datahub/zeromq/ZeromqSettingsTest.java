package io.datahub.zeromq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.api.user.Networks;
import java.util.List;
import org.junit.jupiter.api.Test;

class ZeromqSettingsTest {

    @Test
    void shouldNameTheKeyThatIsOutOfItsRange() {
        for (String key : List.of(
                "port",
                "loops",
                "maxMessageBytes",
                "maxFrames",
                "maxConnections",
                "maxConnectionsPerAddress",
                "maxHandshakes",
                "maxDelayedRejections",
                "readBufferBytes")) {
            assertRefused(key, -1);
        }
        for (String key : List.of("handshakeMillis", "rejectionDelayMillis", "pingMillis", "idleMillis")) {
            assertRefused(key, -1L);
        }
    }

    private static void assertRefused(String key, Object value) {
        assertThatThrownBy(() -> ZeromqSettings.of(Fixture.configuration(key, value)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(key + "=" + value)
                .hasMessageContaining("io.datahub.zeromq.cfg");
    }

    @Test
    void shouldListNoProxyByDefault() {
        ZeromqSettings settings = ZeromqSettings.of(Fixture.configuration());

        assertThat(settings.isShared(Networks.address("127.0.0.1"))).isTrue();
        assertThat(settings.isShared(Networks.address("10.0.0.1"))).isFalse();
        assertThat(settings.proxies().contains(Networks.address("127.0.0.1"))).isFalse();
    }

    @Test
    void shouldLeaveFileDescriptorsForOthers() {
        ZeromqSettings few = ZeromqSettings.of(Fixture.configuration(), 1_400);
        ZeromqSettings many = ZeromqSettings.of(Fixture.configuration(), 1_000_000);

        assertThat(few.maxConnections()).isEqualTo(400);
        assertThat(few.maxHandshakes()).isEqualTo(100);
        assertThat(few.maxDelayedRejections()).isEqualTo(100);
        assertThat(many.maxConnections()).isEqualTo(20_000);
        assertThat(many.maxHandshakes()).isEqualTo(1_000);
        assertThat(many.maxDelayedRejections()).isEqualTo(5_000);
    }
}
