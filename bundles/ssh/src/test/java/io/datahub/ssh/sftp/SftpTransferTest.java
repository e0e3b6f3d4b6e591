package io.datahub.ssh.sftp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.datahub.api.path.RecordPath;
import io.datahub.api.user.User;
import io.datahub.ssh.TestEndpoint;
import io.datahub.ssh.sftp.TestChannel.Request;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Random;
import org.apache.sshd.client.channel.ChannelSubsystem;
import org.apache.sshd.client.channel.ClientChannelEvent;
import org.apache.sshd.client.session.ClientSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class SftpTransferTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final int PIECE = 32_768;
    private static final int PIECES = 300;

    private TestEndpoint endpoint;
    private ClientSession session;
    private ChannelSubsystem channel;
    private DataOutputStream out;
    private DataInputStream in;

    @BeforeEach
    void connect(@TempDir Path state) throws IOException {
        endpoint = TestEndpoint.ofSubsystem(state, new SftpSubsystem(path -> false));
        session = endpoint.login("ops", "ops-token");
        openChannel();
    }

    private void openChannel() throws IOException {
        channel = session.createSubsystemChannel("sftp");
        channel.open().verify(TIMEOUT);
        out = new DataOutputStream(channel.getInvertedIn());
        in = new DataInputStream(channel.getInvertedOut());
        send(new Request(1).int32(3));
        assertThat(receive().get()).isEqualTo((byte) 2);
    }

    @AfterEach
    void close() {
        endpoint.close();
    }

    private void send(Request request) throws IOException {
        ByteBuffer packet = request.packet();
        byte[] bytes = new byte[packet.remaining()];
        packet.get(bytes);
        out.writeInt(bytes.length);
        out.write(bytes);
        out.flush();
    }

    private ByteBuffer receive() throws IOException {
        byte[] packet = new byte[in.readInt()];
        in.readFully(packet);
        return ByteBuffer.wrap(packet);
    }

    private void sendWrites(byte[] data) throws IOException {
        for (int i = 0; i < PIECES; i++) {
            byte[] piece = Arrays.copyOfRange(data, i * PIECE, (i + 1) * PIECE);
            send(new Request(6).int32(100 + i).text("1").int64((long) i * PIECE).data(piece));
        }
    }

    private void open(int flags) throws IOException {
        send(new Request(3).int32(1).text("large").int32(flags).int32(0));
        assertThat(receive().get()).isEqualTo((byte) 102);
    }

    private static byte[] data() {
        byte[] data = new byte[PIECE * PIECES];
        new Random(5).nextBytes(data);
        return data;
    }

    private byte[] stored() throws IOException {
        try (InputStream record = endpoint.store.open(User.HUB, RecordPath.of("large")).get().stream()) {
            return record.readAllBytes();
        }
    }

    @Test
    void shouldAnswerManyRequestsThatAreSentAtOnceInOrder() throws IOException {
        byte[] data = data();
        open(TestChannel.PUT);
        sendWrites(data);
        send(new Request(4).int32(99).text("1"));
        for (int i = 0; i < PIECES; i++) {
            ByteBuffer answer = receive();
            assertThat(answer.getInt(1)).isEqualTo(100 + i);
            assertThat(answer.getInt(5)).isZero();
        }
        assertThat(receive().getInt(1)).isEqualTo(99);
        assertThat(stored()).isEqualTo(data);
    }

    @Test
    void shouldWaitForAClientThatDoesNotReadItsAnswers() throws IOException {
        byte[] data = data();
        endpoint.store.put("large", data);
        open(TestChannel.READ);
        for (int i = 0; i < PIECES; i++) {
            send(new Request(5).int32(i).text("1").int64((long) i * PIECE).int32(PIECE));
        }
        send(new Request(16).int32(PIECES).text("."));
        for (int i = 0; i < PIECES; i++) {
            ByteBuffer answer = receive();
            assertThat(answer.getInt(1)).isEqualTo(i);
            assertThat(answer.getInt(5)).isEqualTo(PIECE);
            assertThat(answer.get(9)).isEqualTo(data[i * PIECE]);
        }
        assertThat(receive().getInt(1)).isEqualTo(PIECES);
    }

    /** Opens channels until they get a small window. */
    private void useUpMemory() throws IOException {
        int opened = 1;
        while (maxRead() > PIECE) {
            if (opened++ % 30 == 0) {
                session = endpoint.login("ops", "ops-token");
            }
            openChannel();
        }
    }

    private long maxRead() throws IOException {
        send(new Request(200).int32(7).text("limits@openssh.com"));
        return receive().getLong(13);
    }

    @Test
    void shouldTransferFilesWhenMemoryIsScarce() throws IOException {
        useUpMemory();
        shouldAnswerManyRequestsThatAreSentAtOnceInOrder();
        openChannel();
        shouldWaitForAClientThatDoesNotReadItsAnswers();
        openChannel();
        open(TestChannel.PUT | TestChannel.READ);
        send(new Request(6).int32(8).text("1").int64(0).data(new byte[2 * PIECE]));
        assertThat(receive().getInt(5)).isZero();
        send(new Request(5).int32(9).text("1").int64(0).int32(2 * PIECE));
        assertThat(receive().getInt(5)).isEqualTo(PIECE);
    }

    @Test
    void shouldEndWithStatusZeroOnceTheInputEnds() throws IOException {
        open(TestChannel.PUT);
        out.close();
        channel.waitFor(EnumSet.of(ClientChannelEvent.CLOSED), TIMEOUT);
        assertThat(channel.getExitStatus()).isZero();
    }

    @Test
    void shouldEndTheChannelAfterAnImpossiblePacket() throws IOException {
        out.writeInt(Integer.MAX_VALUE);
        out.flush();
        channel.waitFor(EnumSet.of(ClientChannelEvent.CLOSED), TIMEOUT);
        assertThat(channel.getExitStatus()).isEqualTo(1);
    }

    @Test
    void shouldKeepWhatWasSentWhenTheConnectionIsCut() throws IOException {
        open(TestChannel.PUT);
        send(new Request(6).int32(2).text("1").int64(0).text("half"));
        receive();
        session.close(true);
        await().until(() -> endpoint.drafts.names().size() == 1);
        assertThat(endpoint.store.open()).isZero();
    }
}
