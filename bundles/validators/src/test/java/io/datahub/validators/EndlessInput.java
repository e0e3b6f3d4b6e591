package io.datahub.validators;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** A beginning, then the same bytes for ever. */
final class EndlessInput extends InputStream {

    private final byte[] head;
    private final byte[] body;
    private long at;

    EndlessInput(String head, String body) {
        this.head = head.getBytes(StandardCharsets.UTF_8);
        this.body = body.getBytes(StandardCharsets.UTF_8);
    }

    /** The number of bytes that were taken. */
    long taken() {
        return at;
    }

    @Override
    public int read() {
        byte next = at < head.length ? head[(int) at] : body[(int) ((at - head.length) % body.length)];
        at++;
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
