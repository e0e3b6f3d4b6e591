package io.datahub.api.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.net.ProxyProtocol.Header;
import io.datahub.api.net.ProxyProtocol.State;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests against haproxy.org, proxy-protocol.txt, 2.1 and 2.2. */
class ProxyProtocolTest {

    private static final String V2 = "0d0a0d0a000d0a515549540a";
    private static final String TCP4 = "cb0071077f000001dc0415b3";
    private static final String TCP6 = "20010db8000000000000000000000007" + "00".repeat(15) + "01" + "dc0415b3";

    /** A version 1 line, with {@code \n} and {@code \r} escaped; or version 2 after its signature, in hex. */
    private static byte[] bytes(String header) {
        return header.startsWith("v2:")
                ? HexFormat.of()
                        .parseHex(V2
                                + header.substring(3)
                                        .replace("TCP4", TCP4)
                                        .replace("TCP6", TCP6)
                                        .replace("UNIX", "00".repeat(216))
                                        .replace(" ", ""))
                : header.replace("\\r", "\r").replace("\\n", "\n").getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Reads the header at an offset, surrounded by other bytes, with this many of its bytes available. */
    private static Header read(byte[] header, int available) {
        ByteBuffer amid = ByteBuffer.allocate(available + 14);
        amid.position(7).put(header, 0, available);
        return ProxyProtocol.read(amid, 7, 7 + available);
    }

    private static void assertBeginsBadly(byte[] header) {
        int at = 0;
        while (at < header.length && read(header, at).state() == State.INCOMPLETE) {
            at++;
        }
        assertThat(read(header, at).state()).as("at byte %d", at).isEqualTo(State.MALFORMED);
        for (int more = at; more <= header.length; more++) {
            assertThat(read(header, more).state()).as("at byte %d", more).isEqualTo(State.MALFORMED);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "PROXY TCP4 203.0.113.7 127.0.0.1 56324 5555\\r\\n    | 203.0.113.7:56324",
                "PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\\r\\n | 255.255.255.255:65535",
                "PROXY TCP4 203.0.113.7 127.0.0.1 0 0\\r\\n           | 203.0.113.7:0",
                "PROXY TCP6 2001:db8::7 ::1 56324 5555\\r\\n          | 2001:db8:0:0:0:0:0:7:56324",
                "PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\\r\\n"
                        + " | ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff:65535",
                "PROXY TCP6 ::ffff:203.0.113.7 ::1 1 2\\r\\n          | 203.0.113.7:1",
                "PROXY UNKNOWN\\r\\n                                  | 0.0.0.0:0",
                "PROXY UNKNOWN 203.0.113.7 x 1\\r\\n                  | 0.0.0.0:0",
                "PROXY TCP4 127.0.0.1 127.0.0.1 1 2\\r\\n             | 127.0.0.1:1",
                "PROXY TCP4 127.9.9.9 127.0.0.1 1 2\\r\\n             | 127.9.9.9:1",
                "PROXY TCP4 0.0.0.0 127.0.0.1 1 2\\r\\n               | 0.0.0.0:1",
                "PROXY TCP6 ::1 ::1 1 2\\r\\n                         | 0:0:0:0:0:0:0:1:1",
                "PROXY TCP6 :: ::1 1 2\\r\\n                          | 0:0:0:0:0:0:0:0:1",
                "PROXY TCP6 ::ffff:127.0.0.1 ::1 1 2\\r\\n            | 127.0.0.1:1",
                "v2:21 11 000c TCP4                                   | 203.0.113.7:56324",
                "v2:21 11 0010 TCP4 04 0001 ff                        | 203.0.113.7:56324",
                "v2:21 11 000f TCP4 ea 0000                           | 203.0.113.7:56324",
                "v2:21 21 0024 TCP6                                   | 2001:db8:0:0:0:0:0:7:56324",
                "v2:21 21 0024 00000000000000000000ffff7f000001 00000000000000000000000000000001 dc04 15b3 | 127.0.0.1:56324",
                "v2:21 11 000c 7f000001 7f000001 dc04 15b3            | 127.0.0.1:56324",
                "v2:21 31 00d8 UNIX                                   | 0.0.0.0:0",
                "v2:21 00 0000                                        | 0.0.0.0:0",
                "v2:21 00 0003 ffffff                                 | 0.0.0.0:0",
                "v2:20 00 0000                                        | 0.0.0.0:0",
                "v2:20 11 000c TCP4                                   | 0.0.0.0:0",
                "v2:20 ff 0002 ffff                                   | 0.0.0.0:0"
            })
    void shouldReadAHeaderOnceItIsComplete(String text, String client) {
        byte[] header = bytes(text);
        for (int available = 0; available < header.length; available++) {
            assertThat(read(header, available).state())
                    .as("after %d bytes", available)
                    .isEqualTo(State.INCOMPLETE);
        }
        byte[] more = new byte[header.length + 1];
        System.arraycopy(header, 0, more, 0, header.length);
        for (Header read : new Header[] {read(header, header.length), read(more, more.length)}) {
            assertThat(read.state()).isEqualTo(State.COMPLETE);
            assertThat(read.length()).isEqualTo(header.length);
            assertThat(read.client().getAddress().getHostAddress() + ":"
                            + read.client().getPort())
                    .isEqualTo(client);
            assertThat(read.encrypted()).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PROXY\\r\\n",
                "PROXY\\tTCP4 203.0.113.7 127.0.0.1 1 2\\r\\n",
                "PROXYTCP4 203.0.113.7 127.0.0.1 1 2\\r\\n",
                "PROXY \\r\\n",
                "PROXY TCP4\\r\\n",
                "PROXY TCP4 203.0.113.7\\r\\n",
                "PROXY TCP4 203.0.113.7 127.0.0.1\\r\\n",
                "PROXY TCP4 203.0.113.7 127.0.0.1 56324\\r\\n",
                "PROXY TCP4 203.0.113.7 127.0.0.1 56324 5555 9\\r\\n",
                "PROXY TCP4 203.0.113.7 127.0.0.1 56324 5555 \\r\\n",
                "PROXY TCP4  203.0.113.7 127.0.0.1 56324 5555\\r\\n",
                "PROXY  TCP4 203.0.113.7 127.0.0.1 56324 5555\\r\\n",
                "PROXY TCP4 203.0.113.256 127.0.0.1 56324 5555\\r\\n",
                "PROXY TCP4 203.0.113.07 127.0.0.1 56324 5555\\r\\n",
                "PROXY TCP4 203.0.113.7 127.0.0.01 56324 5555\\r\\n",
                "PROXY TCP4 localhost 127.0.0.1 56324 5555\\r\\n",
                "PROXY TCP4 203.0.113.7 localhost 56324 5555\\r\\n",
                "PROXY TCP4 2001:db8::7 127.0.0.1 56324 5555\\r\\n",
                "PROXY TCP4 203.0.113.7 ::1 56324 5555\\r\\n",
                "PROXY TCP4 203.0.113.7 127.0.0.1 65536 5555\\r\\n",
                "PROXY TCP4 203.0.113.7 127.0.0.1 99999 5555\\r\\n",
                "PROXY TCP4 203.0.113.7 127.0.0.1 056 5555\\r\\n",
                "PROXY TCP4 203.0.113.7 127.0.0.1 56 00\\r\\n",
                "PROXY TCP4 203.0.113.7 127.0.0.1 -1 5555\\r\\n",
                "PROXY TCP4 203.0.113.7 127.0.0.1 +1 5555\\r\\n",
                "PROXY TCP4 203.0.113.7 127.0.0.1  5555\\r\\n",
                "PROXY TCP6 203.0.113.7 127.0.0.1 1 5555\\r\\n",
                "PROXY TCP6 ::g ::1 1 5555\\r\\n",
                "PROXY TCP6 .:a ::1 1 5555\\r\\n",
                "PROXY TCP6 ::1%lo ::1 1 5555\\r\\n",
                "PROXY TCP6 :::::1 ::1 1 5555\\r\\n",
                "PROXY UDP4 203.0.113.7 127.0.0.1 1 5555\\r\\n",
                "PROXY tcp4 203.0.113.7 127.0.0.1 1 5555\\r\\n",
                "PROXY UNKNOWNS\\r\\n",
                "PROXY UNIX_STREAM /a /b\\r\\n",
                "PROXY TCP4 203.0.113.7 127.0.0.1 1 5555\\n",
                "PROXY TCP4 203.0.113.7 127.0.0.1 1 5555\\rX",
                "v2:11 11 000c TCP4",
                "v2:31 11 000c TCP4",
                "v2:22 11 000c TCP4",
                "v2:2f 11 000c TCP4",
                "v2:21 01 000c TCP4",
                "v2:21 10 000c TCP4",
                "v2:21 12 000c TCP4",
                "v2:21 13 000c TCP4",
                "v2:21 22 0024 TCP6",
                "v2:21 32 00d8 UNIX",
                "v2:21 41 00d8 UNIX",
                "v2:21 ff 000c TCP4",
                "v2:21 11 000b TCP4",
                "v2:21 21 000c TCP4",
                "v2:21 31 000c TCP4",
                "v2:21 11 ffff TCP4",
                "v2:20 00 1001",
                "v2:21 11 000e TCP4 04 00",
                "v2:21 11 0010 TCP4 04 0002 ff",
                "v2:21 11 0013 TCP4 03 0004 00000000",
                "v2:21 11 0010 TCP4 03 0001 00",
                "v2:21 11 0010 TCP4 20 0001 01"
            })
    void shouldRefuseAMalformedHeaderAsSoonAsItShows(String text) {
        assertBeginsBadly(bytes(text));
    }

    @Test
    void shouldRefuseALineWithoutEnd() {
        assertBeginsBadly(("PROXY UNKNOWN " + "x".repeat(93)).getBytes(StandardCharsets.US_ASCII));
        assertThat(read(("PROXY UNKNOWN " + "x".repeat(92)).getBytes(StandardCharsets.US_ASCII), 106)
                        .state())
                .isEqualTo(State.INCOMPLETE);
        assertThat(read(("PROXY UNKNOWN " + "x".repeat(91) + "\r\n").getBytes(StandardCharsets.US_ASCII), 107)
                        .length())
                .isEqualTo(107);
    }

    @Test
    void shouldRefuseASignatureThatIsNone() {
        for (int wrong = 5; wrong < 12; wrong++) {
            byte[] header = bytes("v2:21 11 000c TCP4");
            header[wrong] ^= 1;
            assertBeginsBadly(header);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\\r\\n",
                "PUT / HTTP/1.1\\r\\n",
                "PROPFIND / HTTP/1.1\\r\\n",
                "PRI * HTTP/2.0\\r\\n",
                "proxy TCP4 ",
                "\\r\\nGET / HTTP/1.1",
                "\\r\\n\\r\\nGET / HTTP/1.1",
                "\u0016\u0003\u0001",
                "\u00ff\0\0"
            })
    void shouldLeaveWhatIsNoHeader(String text) {
        byte[] bytes = bytes(text);
        assertThat(read(bytes, bytes.length).state()).isEqualTo(State.ABSENT);
        assertThat(read(bytes, bytes.length).length()).isZero();
        assertThat(read(bytes, 0).state()).isEqualTo(State.INCOMPLETE);
    }

    @Test
    void shouldVerifyAChecksum() {
        byte[] header = bytes("v2:21 11 0013 TCP4 03 0004 ba3f3cbc");
        CRC32C sum = new CRC32C();
        byte[] zeroed = bytes("v2:21 11 0013 TCP4 03 0004 00000000");
        sum.update(zeroed);
        ByteBuffer.wrap(header).putInt(header.length - 4, (int) sum.getValue());
        assertThat(read(header, header.length).state()).isEqualTo(State.COMPLETE);
        for (int at = 16; at < 28; at++) {
            byte[] damaged = header.clone();
            damaged[at] ^= 1;
            assertThat(read(damaged, damaged.length).state()).isEqualTo(State.MALFORMED);
        }
    }

    @Test
    void shouldTellWhetherTheClientSpeaksTlsToTheProxy() {
        for (String encrypted : new String[] {"01", "05", "07"}) {
            byte[] header = bytes("v2:21 11 0014 TCP4 20 0005 " + encrypted + " 00000000");
            assertThat(read(header, header.length).encrypted()).isTrue();
        }
        for (String clear : new String[] {"00", "06"}) {
            byte[] header = bytes("v2:21 11 0014 TCP4 20 0005 " + clear + " 00000000");
            assertThat(read(header, header.length).encrypted()).isFalse();
        }
    }
}
