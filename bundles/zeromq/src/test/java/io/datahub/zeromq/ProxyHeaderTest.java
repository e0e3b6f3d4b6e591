package io.datahub.zeromq;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.user.Origin;
import io.datahub.zeromq.zmtp.DisconnectReason;
import io.datahub.zeromq.zmtp.RawPeer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The PROXY protocol (haproxy.org, proxy-protocol.txt, versions 1 and 2) before the greeting. */
@Timeout(120)
class ProxyHeaderTest {

    private static final String V2 = "0d0a0d0a000d0a515549540a";

    private Fixture hub = new Fixture("proxies", new String[] {"192.0.2.0/24, 127.0.0.1"});

    @AfterEach
    void stop() {
        hub.close();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] hex(String... parts) {
        return HexFormat.of().parseHex(String.join("", parts));
    }

    private RawPeer connect(byte[] header) throws IOException {
        RawPeer peer = hub.connect();
        peer.send(header);
        peer.logIn("ci", "ci-token", "SUB");
        return peer;
    }

    private Origin origin() {
        return hub.broker.sessions().get(0).login().origin();
    }

    private void assertClient(String expected, byte[] header) throws IOException {
        RawPeer peer = connect(header);
        assertThat(origin().address().getHostAddress()).isEqualTo(expected);
        assertThat(origin().local()).isFalse();
        peer.close();
        Fixture.await(() -> hub.broker.sessions().isEmpty());
    }

    @Test
    void shouldReadTheClientAddressFromVersion1() throws IOException {
        assertClient("203.0.113.7", ascii("PROXY TCP4 203.0.113.7 127.0.0.1 56324 5555\r\n"));
        assertClient("2001:db8:0:0:0:0:0:7", ascii("PROXY TCP6 2001:db8::7 ::1 56324 5555\r\n"));
        assertClient("127.0.0.1", ascii("PROXY TCP4 127.0.0.1 127.0.0.1 1 5555\r\n"));
        assertClient("0.0.0.0", ascii("PROXY UNKNOWN\r\n"));
        assertClient("0.0.0.0", ascii("PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n"));
    }

    @Test
    void shouldReadTheClientAddressFromVersion2() throws IOException {
        assertClient("203.0.113.7", hex(V2, "21", "11", "000c", "cb007107", "7f000001", "dc04", "15b3"));
        assertClient(
                "2001:db8:0:0:0:0:0:7",
                hex(V2, "21", "21", "0024", "20010db8000000000000000000000007", "00".repeat(15), "01", "dc0415b3"));
        assertClient(
                "203.0.113.7", hex(V2, "21", "11", "0013", "cb007107", "7f000001", "dc04", "15b3", "04000400000000"));
        assertClient("127.0.0.1", hex(V2, "21", "11", "000c", "7f000001", "7f000001", "dc04", "15b3"));
        assertClient("0.0.0.0", hex(V2, "21", "31", "00d8", "00".repeat(216)));
        assertClient("0.0.0.0", hex(V2, "20", "00", "0000"));
        assertClient("0.0.0.0", hex(V2, "20", "11", "000c", "cb007107", "7f000001", "dc04", "15b3"));
        assertClient("0.0.0.0", hex(V2, "21", "00", "0003", "ffffff"));
    }

    @Test
    void shouldReadAHeaderByteByByteAndTogetherWithFurtherInput() throws IOException {
        for (byte[] header : List.of(
                ascii("PROXY TCP4 203.0.113.7 127.0.0.1 56324 5555\r\n"),
                hex(V2, "21", "11", "000c", "cb007107", "7f000001", "dc04", "15b3"))) {
            try (RawPeer slow = hub.connect()) {
                for (byte b : header) {
                    slow.send(new byte[] {b});
                }
                slow.logIn("ci", "ci-token", "SUB");
                assertThat(origin().address().getHostAddress()).isEqualTo("203.0.113.7");
            }
            Fixture.await(() -> hub.broker.sessions().isEmpty());
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            all.writeBytes(header);
            all.writeBytes(RawPeer.greeting(3, 1, "PLAIN"));
            all.writeBytes(RawPeer.hello("ci", "ci-token"));
            all.writeBytes(RawPeer.metadata("INITIATE", "SUB"));
            try (RawPeer quick = hub.connect()) {
                quick.send(all.toByteArray());
                Fixture.await(() -> hub.broker.sessions().size() == 1);
                assertThat(origin().address().getHostAddress()).isEqualTo("203.0.113.7");
            }
            Fixture.await(() -> hub.broker.sessions().isEmpty());
        }
    }

    @Test
    void shouldReportAConfidentialOriginIfTheClientUsesTlsToTheProxy() throws IOException {
        for (int flags : new int[] {1, 0}) {
            RawPeer peer =
                    connect(hex(V2, "21", "11", "0014", "cb0071077f000001dc0415b3", "200005", "0" + flags, "00000000"));
            assertThat(origin().confidential()).isEqualTo(flags == 1);
            peer.close();
            Fixture.await(() -> hub.broker.sessions().isEmpty());
        }
    }

    @Test
    void shouldServeAListedProxyThatConnectsOnItsOwnBehalf() throws IOException {
        hub.connect("ci", "SUB");

        assertThat(origin().address().isLoopbackAddress()).isTrue();
        assertThat(origin().local()).isTrue();
        assertThat(origin().shared()).isTrue();
    }

    @Test
    void shouldDisconnectAtOnceAfterAMalformedHeader() throws IOException {
        List<byte[]> malformed = List.of(
                ascii("PROXYX TCP4"),
                ascii("PROXY \r\n"),
                ascii("PROXY TCP4\r\n"),
                ascii("PROXY TCP4 203.0.113.7 127.0.0.1 56324\r\n"),
                ascii("PROXY TCP4 203.0.113.7 127.0.0.1 56324 5555 9\r\n"),
                ascii("PROXY TCP4  203.0.113.7 127.0.0.1 56324 5555\r\n"),
                ascii("PROXY TCP4 203.0.113.256 127.0.0.1 56324 5555\r\n"),
                ascii("PROXY TCP4 localhost 127.0.0.1 56324 5555\r\n"),
                ascii("PROXY TCP4 2001:db8::7 127.0.0.1 56324 5555\r\n"),
                ascii("PROXY TCP4 203.0.113.7 127.0.0.1 65536 5555\r\n"),
                ascii("PROXY TCP4 203.0.113.7 127.0.0.1 056 5555\r\n"),
                ascii("PROXY TCP4 203.0.113.7 127.0.0.1 -1 5555\r\n"),
                ascii("PROXY TCP6 ::g ::1 1 5555\r\n"),
                ascii("PROXY TCP6 :::::1 ::1 1 5555\r\n"),
                ascii("PROXY UDP4 203.0.113.7 127.0.0.1 1 5555\r\n"),
                ascii("PROXY TCP4 203.0.113.7 127.0.0.1 1 5555\n" + " ".repeat(70)),
                ascii("PROXY UNKNOWN " + "x".repeat(200)),
                hex("0d0a0d0a000d0a5155495400"),
                hex(V2, "11", "11", "000c", "cb0071077f000001dc0415b3"),
                hex(V2, "22", "11", "000c", "cb0071077f000001dc0415b3"),
                hex(V2, "21", "12", "000c", "cb0071077f000001dc0415b3"),
                hex(V2, "21", "32", "00d8", "00".repeat(216)),
                hex(V2, "21", "11", "000b", "cb0071077f000001dc0415"),
                hex(V2, "21", "21", "000c", "cb0071077f000001dc0415b3"),
                hex(V2, "21", "11", "ffff"));
        for (byte[] header : malformed) {
            RawPeer peer = hub.connect();
            peer.send(header);
            assertThat(peer.untilClosed()).hasSizeLessThanOrEqualTo(12);
        }
        assertThat(hub.closed(DisconnectReason.BAD_PROXY_HEADER)).isEqualTo(malformed.size());
    }

    @Test
    void shouldRefuseAHeaderFromAnyOtherAddress() throws IOException {
        hub.close();
        hub = new Fixture("proxies", new String[] {"192.0.2.0/24", "::1"});
        for (byte[] header : List.of(
                ascii("PROXY TCP4 203.0.113.7 127.0.0.1 56324 5555\r\n"),
                hex(V2, "21", "11", "000c", "cb0071077f000001dc0415b3"))) {
            RawPeer peer = hub.connect();
            peer.send(header);
            assertThat(peer.untilClosed()).hasSizeLessThanOrEqualTo(12);
        }
        assertThat(hub.closed(DisconnectReason.BAD_GREETING)).isEqualTo(2);
        assertThat(hub.closed(DisconnectReason.BAD_PROXY_HEADER)).isZero();
    }

    @Test
    void shouldRefuseASecondHeader() throws IOException {
        byte[] header = ascii("PROXY TCP4 203.0.113.7 127.0.0.1 56324 5555\r\n");
        RawPeer peer = hub.connect();
        peer.send(ByteBuffer.allocate(2 * header.length).put(header).put(header).array());
        peer.untilClosed();

        assertThat(hub.closed(DisconnectReason.BAD_GREETING)).isEqualTo(1);
    }

    @Test
    void shouldCountConnectionsByClientAddress() throws IOException {
        hub.close();
        hub = new Fixture("proxies", new String[] {"127.0.0.1"}, "maxConnectionsPerAddress", 1);
        RawPeer first = connect(ascii("PROXY TCP4 203.0.113.7 127.0.0.1 1 5555\r\n"));
        connect(ascii("PROXY TCP4 203.0.113.8 127.0.0.1 1 5555\r\n"));
        connect(ascii("PROXY TCP6 2001:db8::1 ::1 1 5555\r\n"));
        for (String limited : List.of("TCP4 203.0.113.7 127.0.0.1", "TCP6 2001:db8::2 ::1")) {
            RawPeer second = hub.connect();
            second.send(ascii("PROXY " + limited + " 2 5555\r\n"));
            second.untilClosed();
        }
        assertThat(hub.closed(DisconnectReason.TOO_MANY_CONNECTIONS)).isEqualTo(2);

        first.close();
        Fixture.await(() -> hub.broker.sessions().size() == 2);
        connect(ascii("PROXY TCP4 203.0.113.7 127.0.0.1 3 5555\r\n"));
        assertThat(hub.zeromq.context().connectionLimiter().addresses()).isEqualTo(3);
    }
}
