package io.datahub.ssh.sftp;

import io.datahub.api.log.LogText;
import io.datahub.ssh.sftp.wire.Output;
import java.io.IOException;
import org.apache.sshd.common.io.IoOutputStream;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The answers of a channel: those that are being encoded, and those that are being sent; the two buffers change roles.
 * One thread at a time encodes and sends; the transport reports on any thread that bytes are sent.
 */
final class Answers {

    private static final Logger LOG = LoggerFactory.getLogger(Answers.class);

    /** So much is passed on at once: a packet of most clients. It would be copied if it were larger. */
    private static final int MAX_PIECE_BYTES = 1 << 15;

    private final int maxWaiting;
    private final Runnable onSent;

    private IoOutputStream out;
    private Output filling;
    private Output sending;
    private volatile boolean writing;

    /**
     * Creates those of a channel.
     *
     * @param maxData the maximum number of bytes of a file in one answer
     * @param maxWaiting while this many bytes wait to be sent, no more is to be encoded
     * @param onSent called when something was sent and other answers can be, on any thread
     */
    Answers(int maxData, int maxWaiting, Runnable onSent) {
        this.maxWaiting = maxWaiting;
        this.onSent = onSent;
        filling = new Output(maxData);
        sending = new Output(maxData);
    }

    /** Begins; nothing may be sent before. */
    void open(IoOutputStream stream) {
        out = stream;
    }

    /** Where further answers are encoded. */
    Output output() {
        return filling;
    }

    /** Whether so much waits to be sent that no more may be encoded. */
    boolean isFull() {
        return writing && filling.size() >= maxWaiting;
    }

    /** Whether answers are being sent. */
    boolean areSent() {
        return writing;
    }

    /**
     * Sends what waits, unless something is being sent.
     *
     * @throws IOException if the channel is closed
     */
    void send() throws IOException {
        if (writing || filling.size() == 0) {
            return;
        }
        writing = true;
        Output sent = filling;
        filling = sending;
        sending = sent;
        send(sent, 0);
    }

    private void send(Output sent, int start) throws IOException {
        int length = Math.min(sent.size() - start, MAX_PIECE_BYTES);
        out.writeBuffer(new ByteArrayBuffer(sent.bytes(), start, length))
                .addListener(future -> sent(sent, start + length, future.isWritten()));
    }

    private void sent(Output sent, int end, boolean isWritten) {
        if (isWritten && end < sent.size()) {
            try {
                send(sent, end);
                return;
            } catch (IOException e) {
                LOG.debug("event=ssh.sftp.answers-lost reason={}", LogText.quoted(e));
            }
        }
        sent(sent);
    }

    private void sent(Output done) {
        done.clear();
        writing = false;
        onSent.run();
    }

    /** Forgets what waits: there is nobody to answer to. */
    void drop() {
        filling.clear();
    }
}
