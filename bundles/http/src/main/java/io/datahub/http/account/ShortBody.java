package io.datahub.http.account;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.jetty.web.BodyDrainer;
import io.datahub.jetty.web.BodyReader;
import io.datahub.jetty.web.BodySink;
import io.datahub.jetty.web.Exchange;
import io.datahub.jetty.web.WriteHeaders;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Response;

/** Buffers a short request body. */
final class ShortBody implements BodySink {

    private static final int MAX_BYTES = 8_192;

    private final Exchange exchange;
    private final Receiver receiver;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    /** Receives the complete body and responds. */
    interface Receiver {
        void take(byte[] body) throws IOException;
    }

    private ShortBody(Exchange exchange, Receiver receiver) {
        this.exchange = exchange;
        this.receiver = receiver;
    }

    /** Reads the body without blocking a thread, and passes it to the receiver. */
    static void read(Exchange exchange, Receiver receiver) {
        Optional<Refusal> encodingRefusal =
                WriteHeaders.refuseContentEncoding(exchange.request().getHeaders());
        if (encodingRefusal.isPresent()) {
            BodyDrainer.refuse(exchange, encodingRefusal.get());
            return;
        }
        new BodyReader(exchange.request(), new ShortBody(exchange, receiver)).run();
    }

    @Override
    public boolean take(Content.Chunk chunk) {
        if (bytes.size() + chunk.remaining() > MAX_BYTES) {
            BodyDrainer.refuse(
                    exchange, new Refusal(Reason.TOO_LARGE, "the body has at most " + MAX_BYTES + " bytes here"));
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
    public void aborted(Throwable cause) {
        if (cause instanceof TimeoutException) {
            exchange.refuse(Reason.TIMED_OUT, "the body stopped coming");
        } else {
            exchange.callback().failed(cause);
        }
    }

    @Override
    public void failed(Throwable cause) {
        Response.writeError(exchange.request(), exchange.response(), exchange.callback(), cause);
    }
}
