package io.datahub.http;

import org.eclipse.jetty.io.Content;

/**
 * Reads the body of a request into a {@link BodySink} without holding a thread while nothing comes in. Nothing is read
 * before {@link #run}, so a client that waits for {@code 100 Continue} can be refused before that.
 */
final class BodyReader implements Runnable {

    private final Content.Source source;
    private final BodySink sink;

    BodyReader(Content.Source source, BodySink sink) {
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
                    sink.cut(chunk.getFailure());
                    return;
                }
                boolean goesOn;
                boolean isLast = chunk.isLast();
                try {
                    goesOn = sink.take(chunk);
                } finally {
                    chunk.release();
                }
                if (!goesOn) {
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
