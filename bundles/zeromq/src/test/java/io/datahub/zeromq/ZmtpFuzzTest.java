package io.datahub.zeromq;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.BugDetectors;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.datahub.api.event.SharedBuffer;
import io.datahub.zeromq.zmtp.Command;
import io.datahub.zeromq.zmtp.DisconnectReason;
import io.datahub.zeromq.zmtp.MessageDecoder;
import io.datahub.zeromq.zmtp.MessageReceiver;
import io.datahub.zeromq.zmtp.ProtocolException;
import io.datahub.zeromq.zmtp.RawPeer;
import io.datahub.zeromq.zmtp.SocketType;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;

/**
 * Whatever bytes a peer sends, only its own connection is closed, and never because the endpoint failed. Runs the
 * inputs stored with the tests; with {@code JAZZER_FUZZ=1} in the environment, and a single test selected, it searches
 * for new ones.
 */
class ZmtpFuzzTest {

    private static final int MAX_MESSAGE = 4_096;

    private static Fixture hub;
    private static RawPeer witness;
    private static RawPeer publisher;
    private static long probes;

    /** Records the complete messages and commands of a stream, one line each. */
    private static final class Transcript implements MessageReceiver {
        final List<String> lines = new ArrayList<>();

        @Override
        public long maxBytes(int frames) {
            return MAX_MESSAGE;
        }

        @Override
        public boolean message(SharedBuffer buffer, int start, int end, int firstStart, int firstEnd, int frames) {
            assertThat(start).isLessThan(firstStart);
            assertThat(firstStart).isLessThanOrEqualTo(firstEnd);
            assertThat(firstEnd).isLessThanOrEqualTo(end);
            byte[] bytes = new byte[end - start];
            buffer.bytes().get(start, bytes);
            lines.add(frames + " " + (firstStart - start) + " " + (firstEnd - start) + " " + hash(bytes));
            return true;
        }

        @Override
        public void command(Command command) {
            lines.add(command.name() + " " + hash(command.bytes()));
        }

        private static int hash(byte[] bytes) {
            return ByteBuffer.wrap(bytes).hashCode() * 31 + bytes.length;
        }
    }

    /** Decoding doesn't depend on where the stream is cut, up to and including the same protocol violation. */
    @FuzzTest
    void frames(byte[] stream) {
        assertThat(read(stream, 1)).isEqualTo(read(stream, stream.length));
    }

    private static List<String> read(byte[] stream, int pieceLength) {
        Transcript transcript = new Transcript();
        MessageDecoder decoder = new MessageDecoder(transcript, 5);
        SharedBuffer buffer =
                new SharedBuffer(ByteBuffer.wrap(stream.clone())); // heartbeats within a message are moved
        int from = 0;
        try {
            for (int to = Math.min(pieceLength, stream.length);
                    from < to;
                    to = Math.min(to + pieceLength, stream.length)) {
                int done = decoder.read(buffer, from, to);
                assertThat(done).isBetween(from, to);
                assertThat(decoder.expectedBytes()).isLessThan(2L * MAX_MESSAGE + 8_192 + 100);
                from = done;
                if (to == stream.length) {
                    break;
                }
            }
        } catch (ProtocolException e) {
            transcript.lines.add(e.reason().label());
        }
        return transcript.lines;
    }

    /** Input before the greeting, also as from a listed proxy. */
    @FuzzTest
    void greeting(byte[] stream) throws IOException {
        send(new byte[0], stream);
    }

    /** Handshake commands; the first byte selects the mechanism. */
    @FuzzTest
    void handshake(byte[] stream) throws IOException {
        String[] mechanisms = {"PLAIN", "NULL", "CURVE"};
        int choice = stream.length > 0 ? stream[0] & 0xff : 0;
        send(RawPeer.greeting(3, choice & 1, mechanisms[choice % 3]), stream, 1);
    }

    /** Frames and commands of an authenticated client; the first byte selects the socket type. */
    @FuzzTest
    void traffic(byte[] stream) throws IOException {
        SocketType[] types = SocketType.values();
        int choice = stream.length > 0 ? stream[0] & 0xff : 0;
        ByteBuffer login = ByteBuffer.allocate(1_000)
                .put(RawPeer.greeting(3, choice >> 7, "PLAIN"))
                .put(RawPeer.hello("all", "all-token"))
                .put(RawPeer.metadata("INITIATE", types[choice % types.length].name()))
                .flip();
        byte[] bytes = new byte[login.remaining()];
        login.get(bytes);
        send(bytes, stream, 1);
    }

    private static void send(byte[] before, byte[] stream) throws IOException {
        send(before, stream, 0);
    }

    /** Sends everything, and waits until the connection is closed by the hub or the peer. */
    private static void send(byte[] before, byte[] stream, int from) throws IOException {
        BugDetectors.allowNetworkConnections();
        start();
        DisconnectMetrics disconnectMetrics = hub.zeromq.context().disconnectMetrics();
        long closed = disconnectMetrics.count();
        try (Socket socket = new Socket(hub.zeromq.address().getAddress(), hub.port())) {
            OutputStream out = socket.getOutputStream();
            out.write(before);
            out.write(stream, Math.min(from, stream.length), Math.max(0, stream.length - from));
            socket.shutdownOutput();
        } catch (IOException e) {
            // closed already
        }
        Fixture.await(() -> disconnectMetrics.count() > closed);
        assertThat(disconnectMetrics.count()).isEqualTo(closed + 1);
        assertThat(hub.closed(DisconnectReason.FAILED)).isZero();
        assertThatOthersAreUnaffected();
    }

    private static void start() throws IOException {
        if (hub == null) {
            hub = new Fixture(
                    Map.of("maxMessageBytes", MAX_MESSAGE),
                    "maxMessageBytes",
                    MAX_MESSAGE,
                    "proxies",
                    new String[] {"127.0.0.1"},
                    "rejectionDelayMillis",
                    0L);
            hub.users.with("anonymous", "public.", "public.").with("witness", "", "");
            witness = hub.subscriber("witness", "witness.");
            publisher = hub.connect("witness", "PUSH");
        }
    }

    /** Checks that others are unaffected. */
    private static void assertThatOthersAreUnaffected() throws IOException {
        String number = String.valueOf(probes++);
        publisher.send(RawPeer.message("witness.probe", number));
        List<String> message = witness.message();
        while (!message.get(0).equals("witness.probe")) {
            message = witness.message();
        }
        assertThat(message).containsExactly("witness.probe", number);
    }

    @AfterAll
    static void stop() {
        if (hub != null) {
            hub.close();
            hub = null;
        }
    }
}
