package io.datahub.validators.support;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** A head followed by an infinite repetition of a body. */
public final class EndlessInput extends InputStream {

    private final byte[] head;
    private final byte[] body;
    private long position;

    public EndlessInput(String head, String body) {
        this.head = head.getBytes(StandardCharsets.UTF_8);
        this.body = body.getBytes(StandardCharsets.UTF_8);
    }

    /** The number of bytes that were read. */
    public long bytesRead() {
        return position;
    }

    @Override
    public int read() {
        byte next =
                position < head.length ? head[(int) position] : body[(int) ((position - head.length) % body.length)];
        position++;
        return next & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int from, int length) {
        for (int i = 0; i < length; i++) {
            bytes[from + i] = (byte) read();
        }
        return length;
    }
}
