package io.datahub.http.account;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.jetty.web.BodyDrainer;
import io.datahub.jetty.web.BodyReader;
import io.datahub.jetty.web.Exchange;
import io.datahub.jetty.web.RequestBodySink;
import io.datahub.jetty.web.WriteHeaders;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Optional;
import org.eclipse.jetty.io.Content;

/** Buffers a short request body. */
final class ShortBody extends RequestBodySink {

    private static final int MAX_BYTES = 8_192;

    private final int maxBytes;
    private final Receiver receiver;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    /** Receives the complete body and responds. */
    interface Receiver {
        void take(byte[] body) throws IOException;
    }

    private ShortBody(Exchange exchange, int maxBytes, Receiver receiver) {
        super(exchange);
        this.maxBytes = maxBytes;
        this.receiver = receiver;
    }

    /** Reads the body without blocking a thread, and passes it to the receiver. */
    static void read(Exchange exchange, Receiver receiver) {
        read(exchange, MAX_BYTES, receiver);
    }

    /** Reads a body of at most so many bytes without blocking a thread, and passes it to the receiver. */
    static void read(Exchange exchange, int maxBytes, Receiver receiver) {
        Optional<Refusal> refusal = WriteHeaders.refuseContentEncoding(
                        exchange.request().getHeaders())
                .or(() ->
                        exchange.request().getLength() > maxBytes ? Optional.of(tooLarge(maxBytes)) : Optional.empty());
        if (refusal.isPresent()) {
            BodyDrainer.refuse(exchange, refusal.get());
            return;
        }
        new BodyReader(exchange.request(), new ShortBody(exchange, maxBytes, receiver)).run();
    }

    private static Refusal tooLarge(int maxBytes) {
        return new Refusal(Reason.TOO_LARGE, "the body has at most " + maxBytes + " bytes here");
    }

    @Override
    public boolean take(Content.Chunk chunk) {
        if (bytes.size() + chunk.remaining() > maxBytes) {
            refuse(tooLarge(maxBytes));
            return false;
        }
        byte[] chunkBytes = new byte[chunk.remaining()];
        chunk.getByteBuffer().get(chunkBytes);
        bytes.writeBytes(chunkBytes);
        return true;
    }

    @Override
    public void end() throws IOException {
        receiver.take(bytes.toByteArray());
    }

    @Override
    protected void discard() {
        bytes.reset();
    }
}
