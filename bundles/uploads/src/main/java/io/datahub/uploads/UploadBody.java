package io.datahub.uploads;

import io.datahub.api.Refusal;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Response;

/** Reads the body of a request without holding a thread while nothing comes in. */
final class UploadBody implements Runnable {

    private final Content.Source source;
    private final Sink sink;

    private UploadBody(Content.Source source, Sink sink) {
        this.source = source;
        this.sink = sink;
    }

    /** Takes a body. One thread at a time. */
    interface Sink {

        /** Takes some bytes; whether to go on. If not, the sink has seen to the answer. */
        boolean take(Content.Chunk chunk) throws Exception;

        /** Everything came. */
        void end() throws Exception;

        /** The connection was cut or fell silent. */
        void cut(Throwable cause);

        /** The sink itself threw. */
        void failed(Throwable cause);
    }

    static void read(Exchange exchange, Sink sink) {
        new UploadBody(exchange.request(), sink).run();
    }

    @Override
    public void run() {
        try {
            while (step()) {
                // Goes on as long as something is there.
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
            sink.cut(chunk.getFailure());
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
     * Refuses a request. A body that comes all the same is thrown away first, up to a bound of bytes and time, since a client
     * that is still sending when the connection is closed may never see the answer.
     */
    static void refuse(Exchange exchange, Refusal refusal) {
        boolean waits = exchange.header(HttpHeader.EXPECT.asString()).isPresent();
        if (waits || exchange.request().getLength() > Drain.MOST_BYTES) {
            exchange.refuse(refusal);
        } else {
            read(exchange, new Drain(exchange, refusal));
        }
    }

    /** Throws a body away and refuses then. */
    private static final class Drain implements Sink {

        static final long MOST_BYTES = 1L << 30;
        private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(10);

        private final Exchange exchange;
        private final Refusal refusal;
        private final long begin = System.nanoTime();
        private long left = MOST_BYTES;

        Drain(Exchange exchange, Refusal refusal) {
            this.exchange = exchange;
            this.refusal = refusal;
        }

        @Override
        public boolean take(Content.Chunk chunk) {
            left -= chunk.remaining();
            if (left >= 0 && System.nanoTime() - begin < MOST_NANOS) {
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
        public void cut(Throwable cause) {
            end();
        }

        @Override
        public void failed(Throwable cause) {
            Response.writeError(exchange.request(), exchange.response(), exchange.callback(), cause);
        }
    }
}
