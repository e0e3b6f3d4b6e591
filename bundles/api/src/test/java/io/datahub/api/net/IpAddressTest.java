package io.datahub.api.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpAddressTest {

    @ParameterizedTest
    @CsvSource({
        "0.0.0.0, 0.0.0.0",
        "255.255.255.255, 255.255.255.255",
        "127.0.0.1, 127.0.0.1",
        "::, 0:0:0:0:0:0:0:0",
        "::1, 0:0:0:0:0:0:0:1",
        "1::, 1:0:0:0:0:0:0:0",
        "2001:DB8::7, 2001:db8:0:0:0:0:0:7",
        "1:2:3:4:5:6:7:8, 1:2:3:4:5:6:7:8",
        "1::3:4:5:6:7:8, 1:0:3:4:5:6:7:8",
        "0001:0002::, 1:2:0:0:0:0:0:0",
        "::ffff:203.0.113.7, 203.0.113.7",
        "::ffff:cb00:7107, 203.0.113.7",
        "64:ff9b::203.0.113.7, 64:ff9b:0:0:0:0:cb00:7107",
        "1:2:3:4:5:6:1.2.3.4, 1:2:3:4:5:6:102:304"
    })
    void shouldReadAnAddressAsItIsWritten(String text, String expected) {
        assertThat(IpAddress.parse(text).getHostAddress()).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                ":",
                ":::",
                "1",
                "1.2.3",
                "1.2.3.4.5",
                "1.2.3.4.",
                ".1.2.3.4",
                "1..2.3",
                "256.0.0.1",
                "010.0.0.1",
                "00.0.0.0",
                "1.2.3.04",
                "+1.2.3.4",
                "-1.2.3.4",
                " 1.2.3.4",
                "1.2.3.4 ",
                "0x7f.0.0.1",
                "2130706433",
                "127.1",
                "١.2.3.4",
                "localhost",
                ".:a",
                "a.b:",
                "::g",
                "1::2::3",
                ":1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "1:2:3:4:5:6:7::8",
                "::1:2:3:4:5:6:7:8",
                "12345::",
                "::1.2.3.4:5",
                "1.2.3.4::",
                "1.2.3.4::1",
                "::1.2.3",
                "::01.2.3.4",
                "1:2:3:4:5:6:7:1.2.3.4",
                "fe80::1%eth0",
                "[::1]",
                "::1/128",
                "0000:0000:0000:0000:0000:ffff:255.255.255.2555"
            })
    void shouldReadNothingElse(String text) {
        assertThat(IpAddress.parse(text)).isNull();
    }

    @Test
    void shouldPutBracketsAroundIpv6Alone() {
        assertThat(IpAddress.inUrl("::1")).isEqualTo("[::1]");
        assertThat(IpAddress.inUrl("[::1]")).isEqualTo("[::1]");
        assertThat(IpAddress.inUrl("127.0.0.1")).isEqualTo("127.0.0.1");
        assertThat(IpAddress.inUrl("localhost")).isEqualTo("localhost");
        assertThat(IpAddress.inUrl(IpAddress.parse("2001:db8::7"))).isEqualTo("[2001:db8:0:0:0:0:0:7]");
        assertThat(IpAddress.inUrl(IpAddress.parse("203.0.113.7"))).isEqualTo("203.0.113.7");
    }

    @Test
    void shouldCountAnIpv6NetworkAsOneClient() {
        assertThat(IpAddress.network(IpAddress.parse("2001:db8:1:2:3:4:5:6")))
                .isEqualTo(IpAddress.network(IpAddress.parse("2001:db8:1:2::7")))
                .isEqualTo(IpAddress.parse("2001:db8:1:2::"))
                .isNotEqualTo(IpAddress.network(IpAddress.parse("2001:db8:1:3::7")));
        assertThat(IpAddress.network(IpAddress.parse("203.0.113.7"))).isEqualTo(IpAddress.parse("203.0.113.7"));
    }

    @Test
    void shouldNotTakeTheUnknownForThisMachine() {
        assertThat(IpAddress.UNKNOWN.isLoopbackAddress()).isFalse();
        assertThatThrownBy(() -> IpAddress.of(new byte[5])).isInstanceOf(IllegalArgumentException.class);
    }
}
