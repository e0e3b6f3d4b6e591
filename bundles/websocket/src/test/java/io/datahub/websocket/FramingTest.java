package io.datahub.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The handling of each kind of frame (RFC 6455, 5 to 8), in the order of the public test cases of the Autobahn test
 * suite, sections 1 to 7 and 10. Messages are echoed because the client publishes them and subscribes to their topic.
 */
class FramingTest {

    private static final int PROTOCOL_ERROR = 1002;
    private static final int BAD_PAYLOAD = 1007;

    private static RunningGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        gateway = new RunningGateway(new RunningGateway.Settings() {
            @Override
            public int maxConnections() {
                return 1000;
            }
        });
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static RawClient connect() throws Exception {
        RawClient client =
                new RawClient(gateway.port, "Authorization: Test ann", "Sec-WebSocket-Protocol: datahub.v1.binary");
        client.text();
        client.send("{\"type\":\"subscribe\",\"topics\":[\"build.\"],\"id\":0}");
        assertThat(client.text()).contains("ok");
        return client;
    }

    /** A text message that publishes these UTF-8 bytes. */
    private static byte[] publish(byte[] data) {
        return join(utf8("{\"type\":\"publish\",\"topic\":\"build.t\",\"data\":\""), data, utf8("\"}"));
    }

    private static byte[] publish(String data) {
        return publish(utf8(data));
    }

    private static void assertEchoed(RawClient client, byte[] data) throws IOException {
        assertThat(client.message()).isEqualTo(join(utf8("build.t\0"), data));
    }

    private static void assertEchoed(RawClient client, String data) throws IOException {
        assertEchoed(client, utf8(data));
    }

    /** The connection fails (RFC 6455, 7.1.7): a close frame with this code, then the end. */
    private static void assertFails(RawClient client, int code) throws IOException {
        assertThat(client.closeCode()).isEqualTo(code);
        client.awaitEnd();
    }

    /** Sends as much as the hub accepts; it may close the connection before the end. */
    private static void sendInPieces(RawClient client, int size, byte[] bytes) throws IOException {
        try {
            for (int i = 0; i < bytes.length; i += size) {
                client.raw(Arrays.copyOfRange(bytes, i, Math.min(bytes.length, i + size)));
            }
        } catch (SocketException hungUp) {
            assertThat(hungUp).isNotNull();
        }
    }

    private static byte[] text(String data) {
        return RawClient.frame(RawClient.FIN | RawClient.TEXT, publish(data));
    }

    private static byte[] frame(int opCode, boolean fin, String payload) {
        return RawClient.frame((fin ? RawClient.FIN : 0) | opCode, utf8(payload));
    }

    // 1: framing

    @ParameterizedTest
    @CsvSource({
        "125, 1000000",
        "126, 1000000",
        "127, 1000000",
        "128, 1000000",
        "65535, 1000000",
        "65536, 1000000",
        "65536, 997"
    })
    void shouldAcceptTextOfEachLength(int length, int pieces) throws Exception {
        try (RawClient client = connect()) {
            byte[] around = publish("");
            String data = "*".repeat(length - around.length);
            sendInPieces(client, pieces, text(data));
            assertEchoed(client, data);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "125, 1000000",
        "126, 1000000",
        "127, 1000000",
        "128, 1000000",
        "65535, 1000000",
        "65536, 1000000",
        "65536, 997"
    })
    void shouldAcceptBinaryOfEachLength(int length, int pieces) throws Exception {
        try (RawClient client = connect()) {
            byte[] message = Arrays.copyOf(utf8("build.t\0"), length);
            Arrays.fill(message, 8, length, (byte) 0xfe);
            sendInPieces(client, pieces, RawClient.frame(RawClient.FIN | RawClient.BINARY, message));
            assertThat(client.message()).isEqualTo(message);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {RawClient.TEXT, RawClient.BINARY})
    void shouldAcceptAnEmptyMessage(int opCode) throws Exception {
        try (RawClient client = connect()) {
            client.send(opCode, true, new byte[0]);
            assertThat(client.text()).contains("\"status\":400");
            client.send(RawClient.TEXT, true, publish("goes on"));
            assertEchoed(client, "goes on");
        }
    }

    // 2: pings and pongs

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 12, 125})
    void shouldAnswerAPingWithItsPayload(int length) throws Exception {
        try (RawClient client = connect()) {
            byte[] payload = new byte[length];
            Arrays.fill(payload, (byte) 0xff);
            client.send(RawClient.PING, true, payload);
            assertPong(client, payload);
            sendInPieces(client, 1, RawClient.frame(RawClient.FIN | RawClient.PING, payload));
            assertPong(client, payload);
        }
    }

    private static void assertPong(RawClient client, byte[] payload) throws IOException {
        RawClient.Frame pong = client.next();
        assertThat(pong.opCode()).isEqualTo(RawClient.PONG);
        assertThat(pong.payload()).isEqualTo(payload);
    }

    @Test
    void shouldFailOnAPingThatIsTooLong() throws Exception {
        try (RawClient client = connect()) {
            client.send(RawClient.PING, true, new byte[126]);
            assertFails(client, PROTOCOL_ERROR);
        }
    }

    @Test
    void shouldIgnoreUnsolicitedPongs() throws Exception {
        try (RawClient client = connect()) {
            client.send(RawClient.PONG, true, new byte[0]);
            client.send(RawClient.PONG, true, utf8("unasked"));
            client.send(RawClient.PING, true, utf8("asked"));
            assertPong(client, utf8("asked"));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 1_000_000})
    void shouldAnswerEachOfManyPingsInOrder(int pieces) throws Exception {
        try (RawClient client = connect()) {
            ByteArrayOutputStream pings = new ByteArrayOutputStream();
            for (int i = 0; i < 10; i++) {
                pings.writeBytes(frame(RawClient.PING, true, "payload-" + i));
            }
            sendInPieces(client, pieces, pings.toByteArray());
            for (int i = 0; i < 10; i++) {
                assertPong(client, utf8("payload-" + i));
            }
        }
    }

    // 3: reserved bits

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 1", "3, 1", "4, 1", "5, 2", "6, 9", "7, 8"})
    void shouldFailOnReservedBits(int bits, int opCode) throws Exception {
        for (int pieces : new int[] {1, 1_000_000}) {
            try (RawClient client = connect()) {
                client.raw(text("before"));
                assertEchoed(client, "before");
                sendInPieces(client, pieces, RawClient.frame(RawClient.FIN | bits << 4 | opCode, utf8("xy")));
                assertFails(client, PROTOCOL_ERROR);
            }
        }
    }

    // 4: reserved opcodes

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5, 6, 7, 11, 12, 13, 14, 15})
    void shouldFailOnReservedOpcodes(int opCode) throws Exception {
        for (String payload : new String[] {"", "payload"}) {
            try (RawClient client = connect()) {
                client.raw(join(text("before"), frame(opCode, true, payload), frame(RawClient.PING, true, "")));
                assertFails(client, PROTOCOL_ERROR);
            }
        }
    }

    // 5: fragments

    @ParameterizedTest
    @ValueSource(ints = {RawClient.PING, RawClient.PONG})
    void shouldFailOnFragmentedControlFrames(int opCode) throws Exception {
        try (RawClient client = connect()) {
            client.raw(join(frame(opCode, false, "one"), frame(RawClient.CONTINUATION, true, "two")));
            assertFails(client, PROTOCOL_ERROR);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 1000000", "1, 1", "7, 1000000", "7, 1", "30, 1000000", "70, 1"})
    void shouldAssembleFragments(int fragment, int pieces) throws Exception {
        try (RawClient client = connect()) {
            sendInPieces(client, pieces, fragments(publish("fragmented \u00fc\u20ac"), fragment, new byte[0]));
            assertEchoed(client, "fragmented \u00fc\u20ac");
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 1000000", "20, 1000000", "20, 1"})
    void shouldAnswerPingsBetweenFragments(int fragment, int pieces) throws Exception {
        try (RawClient client = connect()) {
            byte[] message = publish("with pings");
            sendInPieces(client, pieces, fragments(message, fragment, frame(RawClient.PING, true, "between")));
            int fragments = (message.length + fragment - 1) / fragment;
            for (int i = 1; i < fragments; i++) {
                assertPong(client, utf8("between"));
            }
            assertEchoed(client, "with pings");
        }
    }

    /** The frames of a fragmented message, with other data between the fragments. */
    private static byte[] fragments(byte[] message, int size, byte[] between) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int i = 0; i < message.length; i += size) {
            boolean isLast = i + size >= message.length;
            int opCode = i == 0 ? RawClient.TEXT : RawClient.CONTINUATION;
            byte[] part = Arrays.copyOfRange(message, i, Math.min(message.length, i + size));
            all.writeBytes(RawClient.frame((isLast ? RawClient.FIN : 0) | opCode, part));
            if (!isLast) {
                all.writeBytes(between);
            }
        }
        return all.toByteArray();
    }

    static Stream<byte[]> invalidOrders() {
        byte[] start = frame(RawClient.TEXT, false, "{");
        byte[] middle = frame(RawClient.CONTINUATION, false, " ");
        byte[] end = frame(RawClient.CONTINUATION, true, "}");
        return Stream.of(
                join(end, text("after")),
                join(middle, text("after")),
                join(start, end, middle, text("after")),
                join(start, end, end),
                join(start, text("instead of the end")),
                join(start, middle, frame(RawClient.BINARY, true, "x")));
    }

    @ParameterizedTest
    @MethodSource("invalidOrders")
    void shouldFailOnFragmentsInInvalidOrder(byte[] frames) throws Exception {
        for (int pieces : new int[] {1, 1_000_000}) {
            try (RawClient client = connect()) {
                sendInPieces(client, pieces, frames);
                assertFails(client, PROTOCOL_ERROR);
            }
        }
    }

    // 6: UTF-8

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cebae1bdb9cf83cebcceb5",
                "7f",
                "c280",
                "dfbf",
                "e0a080",
                "ed9fbf",
                "ee8080",
                "efbfbd",
                "efbfbe",
                "efbfbf",
                "f0908080",
                "f09fbfbe",
                "f3bfbfbf",
                "f48fbfbe",
                "f48fbfbf",
                "48656c6c6f2dc2b540c39fc3b6c3a4c3bcc3a0c3a12d5554462d382121"
            })
    void shouldAcceptValidUtf8(String hex) throws Exception {
        byte[] bytes = HexFormat.of().parseHex(hex);
        try (RawClient client = connect()) {
            client.send(RawClient.TEXT, true, publish(bytes));
            assertEchoed(client, bytes);
            client.raw(fragments(publish(bytes), 1, new byte[0]));
            assertEchoed(client, bytes);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // truncated, at each length
                "ce",
                "cebae1",
                "e1bd",
                "c0",
                "e080",
                "f08080",
                "f8808080",
                "fc80808080",
                "df",
                "efbf",
                "f7bfbf",
                "fbbfbfbf",
                "fdbfbfbfbf",
                "c3",
                "e0a0",
                "f090",
                "f09080",
                "c0e080f08080f8808080fc80808080dfefbff7bfbf",
                // continuation byte without a first byte
                "80",
                "bf",
                "80bf",
                "80bf80bf80bf80",
                "cebae1bdb9cf83cebcceb5eda080656469746564",
                // first byte alone
                "c020c120df20",
                "e020e120ef20",
                "f020f120f720",
                "f820fb20",
                "fc20fd20",
                // invalid bytes
                "fe",
                "ff",
                "fefeffff",
                "f888808080",
                "fc8480808080",
                "f7bfbfbf",
                "fbbfbfbfbf",
                "fdbfbfbfbfbf",
                "f4908080",
                "f5808080",
                // overlong encodings
                "c0af",
                "e080af",
                "f08080af",
                "f8808080af",
                "fc80808080af",
                "c1bf",
                "e09fbf",
                "f08fbfbf",
                "f887bfbfbf",
                "fc83bfbfbfbf",
                "c080",
                "e08080",
                "f0808080",
                "f880808080",
                "fc8080808080",
                // surrogates, alone and in pairs
                "eda080",
                "edadbf",
                "edae80",
                "edafbf",
                "edb080",
                "edbe80",
                "edbfbf",
                "eda080edb080",
                "edafbfedbfbf"
            })
    void shouldFailOnInvalidUtf8(String hex) throws Exception {
        byte[] bytes = HexFormat.of().parseHex(hex);
        try (RawClient client = connect()) {
            client.send(RawClient.TEXT, true, bytes);
            assertFails(client, BAD_PAYLOAD);
        }
        try (RawClient client = connect()) {
            sendInPieces(client, 1_000_000, fragments(publish(bytes), 1, new byte[0]));
            assertFails(client, BAD_PAYLOAD);
        }
    }

    @Test
    void shouldFailAtTheFirstInvalidByte() throws Exception {
        try (RawClient client = connect()) {
            client.raw(frame(RawClient.TEXT, false, "\u03ba\u03cc\u03c3\u03bc\u03b5"));
            client.send(RawClient.CONTINUATION, false, HexFormat.of().parseHex("f4908080"));
            assertFails(client, BAD_PAYLOAD);
        }
        try (RawClient client = connect()) {
            client.send(RawClient.TEXT, false, HexFormat.of().parseHex("cebaf4"));
            client.send(RawClient.CONTINUATION, false, HexFormat.of().parseHex("90"));
            assertFails(client, BAD_PAYLOAD);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"|", "||", "|x|"})
    void shouldAcceptEmptyFragments(String parts) throws Exception {
        String[] payloads = parts.split("\\|", -1);
        try (RawClient client = connect()) {
            for (int i = 0; i < payloads.length; i++) {
                int opCode = i == 0 ? RawClient.TEXT : RawClient.CONTINUATION;
                client.raw(frame(opCode, i == payloads.length - 1, payloads[i]));
            }
            assertThat(client.text()).contains("\"status\":400");
        }
    }

    // 7: closing

    @Test
    void shouldAnswerACloseAndIgnoreFurtherFrames() throws Exception {
        for (byte[] behind : new byte[][] {
            close(1000, ""), frame(RawClient.PING, true, ""), text("late"), frame(RawClient.CONTINUATION, true, "}")
        }) {
            try (RawClient client = connect()) {
                client.raw(join(close(1000, ""), behind));
                RawClient.Frame frame = client.next();
                assertThat(frame.opCode()).isEqualTo(RawClient.CLOSE);
                assertThat(frame.closeCode()).isEqualTo(1000);
                assertNothingMore(client);
            }
        }
    }

    @Test
    void shouldDiscardAnIncompleteMessageOnClose() throws Exception {
        try (RawClient client = connect()) {
            client.raw(join(frame(RawClient.TEXT, false, "{"), close(1000, "")));
            assertThat(client.closeCode()).isEqualTo(1000);
            assertNothingMore(client);
        }
    }

    @Test
    void shouldEchoALongMessageBeforeAnsweringAClose() throws Exception {
        try (RawClient client = connect()) {
            String data = "BAsd7&jh23".repeat(26_214);
            client.raw(text(data));
            assertEchoed(client, data);
            client.raw(join(close(1000, ""), frame(RawClient.PING, true, "")));
            assertThat(client.closeCode()).isEqualTo(1000);
            assertNothingMore(client);
        }
    }

    private static void assertNothingMore(RawClient client) throws IOException {
        try {
            assertThat(client.next()).isNull();
        } catch (EOFException | SocketException end) {
            assertThat(end).isNotNull();
        }
    }

    @Test
    void shouldAnswerACloseWithoutACode() throws Exception {
        try (RawClient client = connect()) {
            client.send(RawClient.CLOSE, true, new byte[0]);
            assertThat(client.closeCode()).isIn(RawClient.NO_CODE, 1000);
            assertNothingMore(client);
        }
    }

    static IntStream validCodes() {
        return IntStream.of(1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 3000, 3999, 4000, 4999);
    }

    @ParameterizedTest
    @MethodSource("validCodes")
    void shouldEchoTheCloseCode(int code) throws Exception {
        for (String reason : new String[] {"", "Hello \u20ac", "*".repeat(123)}) {
            try (RawClient client = connect()) {
                client.raw(close(code, reason));
                assertThat(client.closeCode()).isEqualTo(code);
                assertNothingMore(client);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999, 5000, 65535})
    void shouldFailOnInvalidCloseCodes(int code) throws Exception {
        for (String reason : new String[] {"", "reason"}) {
            try (RawClient client = connect()) {
                client.raw(close(code, reason));
                assertFails(client, PROTOCOL_ERROR);
            }
        }
    }

    @Test
    void shouldFailOnAMalformedClose() throws Exception {
        try (RawClient client = connect()) {
            client.send(RawClient.CLOSE, true, new byte[] {3});
            assertFails(client, PROTOCOL_ERROR);
        }
        try (RawClient client = connect()) {
            client.raw(close(1000, "*".repeat(124)));
            assertFails(client, PROTOCOL_ERROR);
        }
        try (RawClient client = connect()) {
            byte[] reason = HexFormat.of().parseHex("cebae1bdb9cf83cebcceb5eda080");
            client.send(RawClient.CLOSE, true, join(new byte[] {3, (byte) 0xe8}, reason));
            assertFails(client, BAD_PAYLOAD);
        }
    }

    // 10: a long message in many fragments

    @Test
    void shouldAssembleALongMessageFromManyFragments() throws Exception {
        try (RawClient client = connect()) {
            String data = "*".repeat(65_536);
            client.raw(fragments(publish(data), 1300, new byte[0]));
            assertEchoed(client, data);
        }
    }

    private static byte[] close(int code, String reason) {
        return RawClient.frame(
                RawClient.FIN | RawClient.CLOSE, join(new byte[] {(byte) (code >> 8), (byte) code}, utf8(reason)));
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
