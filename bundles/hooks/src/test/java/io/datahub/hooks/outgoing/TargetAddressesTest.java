package io.datahub.hooks.outgoing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TargetAddressesTest {

    private final TargetAddresses addresses = new TargetAddresses(false, Runnable::run);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "127.1.2.3",
                "localhost",
                "::1",
                "[::1]",
                "::ffff:127.0.0.1",
                "0.0.0.0",
                "0.1.2.3",
                "::",
                "169.254.169.254",
                "::ffff:169.254.169.254",
                "fe80::1",
                "224.0.0.1",
                "ff02::1",
                "100.100.100.200",
                "168.63.129.16",
                "fd00:ec2::254",
                "64:ff9b::a9fe:a9fe",
                "64:ff9b::7f00:1",
                "2002:7f00:1::",
                "2002:a9fe:a9fe::",
                "::127.0.0.1",
                "fd20:ce::254",
                "64:ff9b:1::7f00:1",
                "64:ff9b:1:7f00:0:100::",
                "64:ff9b:1:a9:fe:a9fe::",
                "64:ff9b:1:2:a9:fea9:fe00:0",
                "2001:0:53aa:64c::1"
            })
    void shouldRefuseAddressesOfThisMachineAndOfItsCloud(String host) {
        assertThatThrownBy(() -> addresses.resolve(host, 80))
                .isInstanceOf(ForbiddenAddressException.class)
                .hasMessageContaining("must not lead to");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.0.0.1",
                "192.168.1.1",
                "198.51.100.7",
                "2001:db8::1",
                "fd12::1",
                "64:ff9b::c633:6407",
                "64:ff9b:1::c633:6407"
            })
    void shouldResolveOthers(String host) throws UnknownHostException {
        assertThat(addresses.resolve(host, 80)).hasSize(1);
    }

    @Test
    void shouldAllowLoopbackAloneIfConfigured() throws UnknownHostException {
        TargetAddresses local = new TargetAddresses(true, Runnable::run);
        assertThat(local.resolve("127.0.0.1", 80).get(0).getPort()).isEqualTo(80);
        assertThat(local.resolve("::1", 80)).hasSize(1);
        assertThatThrownBy(() -> local.resolve("169.254.169.254", 80)).isInstanceOf(ForbiddenAddressException.class);
        assertThatThrownBy(() -> local.resolve("0.0.0.0", 80)).isInstanceOf(ForbiddenAddressException.class);
    }

    @Test
    void shouldTakeUrlsOfWebServersOnly() {
        assertThat(TargetUrl.parse(" https://example.org/x?y=1 ")).hasHost("example.org");
        for (String url : new String[] {
            "",
            "example.org",
            "ftp://example.org",
            "file:///etc/passwd",
            "http:///x",
            "http://a:b@example.org",
            "http://x y",
            "http://example.org/#f"
        }) {
            assertThatThrownBy(() -> TargetUrl.parse(url)).as(url).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
