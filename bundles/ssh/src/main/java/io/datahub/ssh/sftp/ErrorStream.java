package io.datahub.ssh.sftp;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.sshd.common.io.IoOutputStream;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Shows lines on a client's standard error, as far as the client reads it. Thread-safe. */
final class ErrorStream {

    private static final Logger LOG = LoggerFactory.getLogger(ErrorStream.class);
    private static final int MAX_WAITING = 100;

    // Guarded by this.
    private final Deque<String> waiting = new ArrayDeque<>();
    private IoOutputStream stream;
    private boolean writing;

    synchronized void open(IoOutputStream opened) {
        stream = opened;
    }

    /** Shows a line; drops it if too many wait. */
    void show(String line) {
        synchronized (this) {
            if (waiting.size() < MAX_WAITING) {
                waiting.addLast(line);
            }
        }
        write();
    }

    private void write() {
        IoOutputStream target;
        StringBuilder lines = new StringBuilder();
        synchronized (this) {
            if (writing || waiting.isEmpty()) {
                return;
            }
            writing = true;
            waiting.forEach(line -> lines.append(line).append('\n'));
            waiting.clear();
            target = stream;
        }
        try {
            target.writeBuffer(new ByteArrayBuffer(lines.toString().getBytes(StandardCharsets.UTF_8)))
                    .addListener(future -> written());
        } catch (IOException e) {
            LOG.debug("event=ssh.sftp.error-stream-closed reason={}", e.toString());
        }
    }

    private void written() {
        synchronized (this) {
            writing = false;
        }
        write();
    }
}
