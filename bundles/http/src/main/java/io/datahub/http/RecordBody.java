package io.datahub.http;

import io.datahub.api.record.Reading;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import org.eclipse.jetty.io.RetainableByteBuffer;
import org.eclipse.jetty.util.IteratingCallback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends parts of an open record, one buffer after the other, without holding a thread while the client is slow. The
 * buffer is direct and used again, so that nothing is copied but from the page cache and to the socket.
 */
final class RecordBody extends IteratingCallback {

    private static final Logger LOG = LoggerFactory.getLogger(RecordBody.class);
    private static final int BUFFER_BYTES = 64 * 1024;

    private final Exchange exchange;
    private final Reading reading;
    private final Iterator<Part> parts;
    private final RetainableByteBuffer buffer;
    private Part part;
    private long position;
    private long left;
    private boolean finished;

    /**
     * Prepares to send.
     *
     * @param reading is closed in the end
     * @param parts one at least
     */
    RecordBody(Exchange exchange, Reading reading, List<Part> parts) {
        this.exchange = exchange;
        this.reading = reading;
        this.parts = parts.iterator();
        long longest =
                parts.stream().mapToLong(each -> each.range.length()).max().orElse(0);
        buffer = exchange.request()
                .getComponents()
                .getByteBufferPool()
                .acquire((int) Math.max(1, Math.min(BUFFER_BYTES, longest)), true);
        next();
    }

    /** All bytes of a small record. */
    static byte[] whole(Reading reading) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate((int) reading.version().size());
        while (bytes.hasRemaining()) {
            if (reading.channel().read(bytes, bytes.position()) < 0) {
                throw cutShort(reading);
            }
        }
        return bytes.array();
    }

    private static EOFException cutShort(Reading reading) {
        return new EOFException(reading.version().path() + " was cut short on disk while it was sent");
    }

    private void next() {
        part = parts.next();
        position = part.range.first();
        left = part.range.length();
    }

    @Override
    protected Action process() throws IOException {
        if (finished) {
            return Action.SUCCEEDED;
        }
        ByteBuffer bytes = !part.text.isEmpty() ? takeText() : read();
        if (left == 0 && part.text.isEmpty()) {
            finished = !parts.hasNext();
            if (!finished) {
                next();
            }
        }
        exchange.response().write(finished, bytes, this);
        return Action.SCHEDULED;
    }

    private ByteBuffer takeText() {
        ByteBuffer text = ByteBuffer.wrap(part.text.getBytes(StandardCharsets.US_ASCII));
        part = new Part(part.range);
        return text;
    }

    private ByteBuffer read() throws IOException {
        ByteBuffer bytes = buffer.getByteBuffer();
        bytes.clear().limit((int) Math.min(bytes.capacity(), left));
        while (bytes.hasRemaining()) {
            int count = reading.channel().read(bytes, position);
            if (count < 0) {
                throw cutShort(reading);
            }
            position += count;
            left -= count;
        }
        return bytes.flip();
    }

    @Override
    protected void onCompleteSuccess() {
        letGo();
        exchange.callback().succeeded();
    }

    @Override
    protected void onCompleteFailure(Throwable cause) {
        letGo();
        exchange.callback().failed(cause);
    }

    private void letGo() {
        buffer.release();
        try {
            reading.close();
        } catch (IOException e) {
            LOG.warn("closing failed path={}", reading.version().path(), e);
        }
    }

    /**
     * A part of the body.
     *
     * @param text goes before it, in ASCII; may be empty
     * @param range of the record; may have no length
     */
    record Part(String text, ByteRange range) {

        Part(ByteRange range) {
            this("", range);
        }
    }
}
