package io.datahub.ssh.sftp;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.ssh.session.SshSession;
import io.datahub.ssh.sftp.TestChannel.Request;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a channel does that is closed while there are requests. */
class SftpChannelTest {

    /** Runs tasks when it is told to. */
    private static final class LaterExecutor extends AbstractExecutorService {

        private final Queue<Runnable> tasks = new ArrayDeque<>();

        void runAll() {
            while (!tasks.isEmpty()) {
                tasks.remove().run();
            }
        }

        @Override
        public void execute(Runnable task) {
            tasks.add(task);
        }

        @Override
        public void shutdown() {
            tasks.clear();
        }

        @Override
        public List<Runnable> shutdownNow() {
            return List.of();
        }

        @Override
        public boolean isShutdown() {
            return false;
        }

        @Override
        public boolean isTerminated() {
            return false;
        }

        @Override
        public boolean awaitTermination(long timeout, TimeUnit unit) {
            return true;
        }
    }

    private final TestChannel.Hub hub = new TestChannel.Hub();
    private final LaterExecutor workers = new LaterExecutor();
    private final SftpChannel channel = new SftpChannel(
            hub.session("ada", workers),
            errors -> hub.subsystem.handler(hub.session("ada", workers), errors),
            ended -> {});

    private void send(Request request) {
        ByteBuffer packet = request.packet();
        byte[] bytes = ByteBuffer.allocate(Integer.BYTES + packet.remaining())
                .putInt(packet.remaining())
                .put(packet)
                .array();
        channel.data(null, bytes, 0, bytes.length);
    }

    private void upload() {
        channel.setExitCallback((status, message, closes) -> {});
        send(new Request(1).int32(3));
        send(new Request(3).int32(1).text("a").int32(TestChannel.PUT).int32(0));
        send(new Request(6).int32(2).text("1").int64(0).text("text"));
    }

    @Test
    void shouldStoreAFileWhoseCloseArrivedBeforeTheEnd() throws IOException {
        upload();
        send(new Request(4).int32(3).text("1"));
        channel.destroy(null);
        workers.runAll();
        assertThat(channel.ended()).isCompleted();
        assertThat(hub.content("a")).isEqualTo("text");
    }

    @Test
    void shouldNotStoreAFileWithoutClose() {
        upload();
        channel.destroy(null);
        workers.runAll();
        assertThat(channel.ended()).isCompleted();
        assertThat(hub.topics()).isEmpty();
        assertThat(hub.drafts.names()).hasSize(1);
    }

    @Test
    void shouldDropWhatArrivedBeforeTheLoginWasLost() {
        upload();
        send(new Request(14).int32(3).text("directory").int32(0));
        hub.users.without("ada");
        channel.destroy(null);
        workers.runAll();
        assertThat(channel.ended()).isCompleted();
        assertThat(hub.store.open()).isZero();
        assertThat(hub.drafts.names()).isEmpty();
    }

    @Test
    void shouldHandleNothingOnceTheSessionIsLost() {
        SshSession session = hub.session("ada", workers);
        SftpChannel own = new SftpChannel(session, errors -> hub.subsystem.handler(session, errors), ended -> {});
        own.setExitCallback((status, message, closes) -> {});
        byte[] init = {0, 0, 0, 5, 1, 0, 0, 0, 3};
        own.data(null, init, 0, init.length);
        hub.broker.disconnect(session.id());
        assertThat(session.isLost()).isTrue();
        workers.runAll();
        assertThat(own.ended()).isCompleted();
    }

    @Test
    void shouldIgnoreWhatFollowsAMalformedPacket() {
        upload();
        byte[] tooLong = {-1, -1, -1, -1};
        channel.data(null, tooLong, 0, tooLong.length);
        send(new Request(4).int32(3).text("1"));
        workers.runAll();
        assertThat(channel.ended()).isCompleted();
        assertThat(hub.topics()).isEmpty();
    }
}
