package io.datahub.uploads;

import io.datahub.api.Refusal;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Response;

/** Reads a request body asynchronously: no thread is blocked while no data arrives. */
final class UploadBody implements Runnable {

    private final Content.Source source;
    private final Sink sink;

    private UploadBody(Content.Source source, Sink sink) {
        this.source = source;
        this.sink = sink;
    }

    /** Receives a body in chunks. Called by one thread at a time. */
    interface Sink {

        /** Processes one chunk. Returns whether to continue; if not, the sink has completed the response. */
        boolean take(Content.Chunk chunk) throws Exception;

        /** The body is complete. */
        void end() throws Exception;

        /** The connection was closed or timed out. */
        void aborted(Throwable cause);

        /** The sink threw an exception. */
        void failed(Throwable cause);
    }

    static void read(Exchange exchange, Sink sink) {
        new UploadBody(exchange.request(), sink).run();
    }

    @Override
    public void run() {
        try {
            while (step()) {
                // Continues while data is available.
            }
        } catch (Exception e) {
            sink.failed(e);
        }
    }

    private boolean step() throws Exception {
        Content.Chunk chunk = source.read();
        if (chunk == null) {
            source.demand(this);
            return false;
        }
        if (Content.Chunk.isFailure(chunk)) {
            sink.aborted(chunk.getFailure());
            return false;
        }
        boolean last = chunk.isLast();
        boolean more;
        try {
            more = sink.take(chunk);
        } finally {
            chunk.release();
        }
        if (more && last) {
            sink.end();
        }
        return more && !last;
    }

    /**
     * Refuses a request. If the client sends the body anyway, it is read and discarded first, up to a limit of bytes
     * and time, because a client that is still sending when the connection is closed may never see the response.
     */
    static void refuse(Exchange exchange, Refusal refusal) {
        boolean expectsContinue = exchange.header(HttpHeader.EXPECT.asString()).isPresent();
        if (expectsContinue || exchange.request().getLength() > Drain.MAX_BYTES) {
            exchange.refuse(refusal);
        } else {
            read(exchange, new Drain(exchange, refusal));
        }
    }

    /** Discards a body and then refuses the request. */
    private static final class Drain implements Sink {

        static final long MAX_BYTES = 1L << 30;
        private static final long MAX_NANOS = TimeUnit.SECONDS.toNanos(10);

        private final Exchange exchange;
        private final Refusal refusal;
        private final long startNanos = System.nanoTime();
        private long remainingBytes = MAX_BYTES;

        Drain(Exchange exchange, Refusal refusal) {
            this.exchange = exchange;
            this.refusal = refusal;
        }

        @Override
        public boolean take(Content.Chunk chunk) {
            remainingBytes -= chunk.remaining();
            if (remainingBytes >= 0 && System.nanoTime() - startNanos < MAX_NANOS) {
                return true;
            }
            end();
            return false;
        }

        @Override
        public void end() {
            exchange.refuse(refusal);
        }

        @Override
        public void aborted(Throwable cause) {
            end();
        }

        @Override
        public void failed(Throwable cause) {
            Response.writeError(exchange.request(), exchange.response(), exchange.callback(), cause);
        }
    }
}
