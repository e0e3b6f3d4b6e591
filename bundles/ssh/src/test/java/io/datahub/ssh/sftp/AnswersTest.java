package io.datahub.ssh.sftp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.sshd.common.channel.IoWriteFutureImpl;
import org.apache.sshd.common.io.IoOutputStream;
import org.apache.sshd.common.io.IoWriteFuture;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.common.util.closeable.AbstractCloseable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AnswersTest {

    private static final int PACKET_BYTES = 1 << 15;

    private final AtomicInteger sent = new AtomicInteger();
    private final Answers answers = new Answers(1 << 18, 1 << 18, sent::incrementAndGet);
    private final Out out = new Out();
    private byte[] encoded;

    /** Takes one buffer at a time, until the test completes it. */
    private static final class Out extends AbstractCloseable implements IoOutputStream {

        private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
        private final Deque<IoWriteFutureImpl> pending = new ArrayDeque<>();
        private boolean isBroken;

        @Override
        public IoWriteFuture writeBuffer(Buffer buffer) throws IOException {
            if (isBroken) {
                throw new EOFException("closed");
            }
            assertThat(pending).isEmpty();
            assertThat(buffer.available()).isBetween(1, PACKET_BYTES);
            taken.write(buffer.array(), buffer.rpos(), buffer.available());
            IoWriteFutureImpl future = new IoWriteFutureImpl("test", buffer);
            pending.add(future);
            return future;
        }
    }

    @BeforeEach
    void encode() throws IOException {
        answers.open(out);
        answers.output()
                .data(
                        1,
                        100_000,
                        target -> {
                            for (int i = 0; target.hasRemaining(); i++) {
                                target.put((byte) i);
                            }
                            return 100_000;
                        },
                        () -> {
                            throw new AssertionError("there is data");
                        });
        encoded = Arrays.copyOf(answers.output().bytes(), answers.output().size());
        answers.send();
    }

    @Test
    void shouldPassAnswersOnInPiecesThatFitIntoAPacket() {
        int pieces = 0;
        while (!out.pending.isEmpty()) {
            assertThat(answers.areSent()).isTrue();
            assertThat(sent).hasValue(0);
            out.pending.remove().setValue(true);
            pieces++;
        }
        assertThat(pieces).isEqualTo(4);
        assertThat(out.taken.toByteArray()).isEqualTo(encoded);
        assertThat(sent).hasValue(1);
        assertThat(answers.areSent()).isFalse();
    }

    @Test
    void shouldEndWhenAPieceIsNotSent() {
        out.pending.remove().setValue(new EOFException("closed"));
        assertThat(out.pending).isEmpty();
        assertThat(sent).hasValue(1);
    }

    @Test
    void shouldEndWhenTheChannelIsClosedBetweenPieces() {
        out.isBroken = true;
        out.pending.remove().setValue(true);
        assertThat(sent).hasValue(1);
        assertThat(answers.areSent()).isFalse();
    }
}
