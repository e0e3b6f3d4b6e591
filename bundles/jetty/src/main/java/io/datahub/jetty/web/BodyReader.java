package io.datahub.jetty.web;

import org.eclipse.jetty.io.Content;

/**
 * Reads a request body into a {@link BodySink} asynchronously: no thread is blocked while no data arrives. Nothing is
 * read before {@link #run}, so a client that waits for {@code 100 Continue} can be refused before it sends the body.
 */
public final class BodyReader implements Runnable {

    private final Content.Source source;
    private final BodySink sink;

    public BodyReader(Content.Source source, BodySink sink) {
        this.source = source;
        this.sink = sink;
    }

    @Override
    public void run() {
        try {
            while (true) {
                Content.Chunk chunk = source.read();
                if (chunk == null) {
                    source.demand(this);
                    return;
                }
                if (Content.Chunk.isFailure(chunk)) {
                    sink.aborted(chunk.getFailure());
                    return;
                }
                boolean proceed;
                boolean isLast = chunk.isLast();
                try {
                    proceed = sink.take(chunk);
                } finally {
                    chunk.release();
                }
                if (!proceed) {
                    return;
                }
                if (isLast) {
                    sink.end();
                    return;
                }
            }
        } catch (Exception e) {
            sink.failed(e);
        }
    }
}
