package io.datahub.api.user;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class NetworksTest {

    @Test
    void shouldKnowAddressesAndNetworksAndNothingElse() {
        Networks networks = new Networks("10.1.2.3/9", " fd00::/8,::1 ", "");

        for (String inside : List.of("10.0.0.0", "10.127.255.255", "fdff::1", "::1")) {
            assertThat(networks.contains(Networks.address(inside))).as(inside).isTrue();
        }
        for (String outside : List.of("10.128.0.0", "11.0.0.1", "fe00::1", "::2", "127.0.0.1")) {
            assertThat(networks.contains(Networks.address(outside))).as(outside).isFalse();
        }
        assertThat(new Networks("0.0.0.0/0").contains(Networks.address("1.2.3.4")))
                .isTrue();
        for (String wrong : List.of("10.0.0.0/33", "::/129", "10.0.0", "10.0.0.0/", "host", "1.2.3.4/-1", "::1/x")) {
            assertThatThrownBy(() -> new Networks(wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(wrong);
        }
    }
}
