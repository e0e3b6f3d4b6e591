package io.datahub.http.files;

import io.datahub.api.log.LogText;
import io.datahub.api.record.Reading;
import io.datahub.jetty.web.Exchange;
import io.datahub.jetty.web.RecordTransfer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.io.RetainableByteBuffer;
import org.eclipse.jetty.util.IteratingCallback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends parts of an open record, a piece at a time; no thread is blocked while the client is slow. Where the operating
 * system can send them itself, they aren't copied; otherwise one direct buffer is reused, so that the only copies are
 * from the page cache and to the socket.
 */
final class RecordBody extends IteratingCallback {

    private static final Logger LOG = LoggerFactory.getLogger(RecordBody.class);
    private static final int BUFFER_BYTES = 64 * 1024;

    private final Exchange exchange;
    private final Reading reading;
    private final Iterator<Part> parts;
    private final Optional<RecordTransfer> transfer;
    private final RetainableByteBuffer buffer; // null if the bytes are transferred
    private Part part;
    private long position;
    private long remaining;
    private boolean finished;

    /**
     * Creates a body for one response.
     *
     * @param reading closed when sending has completed or failed
     * @param parts at least one
     */
    RecordBody(Exchange exchange, Reading reading, List<Part> parts) {
        this.exchange = exchange;
        this.reading = reading;
        this.parts = parts.iterator();
        transfer = RecordTransfer.of(exchange.request(), reading);
        buffer = transfer.isPresent() ? null : acquire(parts);
        next();
    }

    private RetainableByteBuffer acquire(List<Part> all) {
        long longest = all.stream().mapToLong(each -> each.range.length()).max().orElse(0);
        return exchange.request()
                .getComponents()
                .getByteBufferPool()
                .acquire((int) Math.max(1, Math.min(BUFFER_BYTES, longest)), true);
    }

    /** Reads a small record into memory. */
    static byte[] readAll(Reading reading) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate((int) reading.version().size());
        reading.readFully(bytes, 0);
        return bytes.array();
    }

    private void next() {
        part = parts.next();
        position = part.range.first();
        remaining = part.range.length();
    }

    @Override
    protected Action process() throws IOException {
        if (transfer.isPresent()) {
            transfer.get().end();
        }
        if (finished) {
            return Action.SUCCEEDED;
        }
        ByteBuffer bytes = part.text.isEmpty() ? take() : takeText();
        if (remaining == 0 && part.text.isEmpty()) {
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

    private ByteBuffer take() throws IOException {
        return transfer.isPresent() ? transfer(transfer.get()) : read();
    }

    private ByteBuffer transfer(RecordTransfer from) {
        int length = (int) Math.min(RecordTransfer.MAX_PART_BYTES, remaining);
        ByteBuffer bytes = from.begin(position, length);
        position += length;
        remaining -= length;
        return bytes;
    }

    private ByteBuffer read() throws IOException {
        ByteBuffer bytes = buffer.getByteBuffer();
        bytes.clear().limit((int) Math.min(bytes.capacity(), remaining));
        reading.readFully(bytes, position);
        position += bytes.position();
        remaining -= bytes.position();
        return bytes.flip();
    }

    @Override
    protected void onCompleteSuccess() {
        release();
        exchange.callback().succeeded();
    }

    @Override
    protected void onCompleteFailure(Throwable cause) {
        release();
        exchange.callback().failed(cause);
    }

    private void release() {
        transfer.ifPresent(RecordTransfer::close);
        if (buffer != null) {
            buffer.release();
        }
        try {
            reading.close();
        } catch (IOException e) {
            LOG.warn(
                    "event=http.record.close-failed path={}",
                    LogText.quoted(reading.version().path()),
                    e);
        }
    }

    /**
     * A part of the body.
     *
     * @param text sent before the range, in ASCII; may be empty
     * @param range of the record; may be empty
     */
    record Part(String text, ByteRange range) {

        Part(ByteRange range) {
            this("", range);
        }
    }
}
