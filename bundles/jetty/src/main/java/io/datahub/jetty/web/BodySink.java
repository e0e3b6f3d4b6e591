package io.datahub.jetty.web;

import org.eclipse.jetty.io.Content;

/** Receives a request body in chunks. Called by one thread at a time. */
public interface BodySink {

    /**
     * Processes one chunk. The caller owns the chunk; its buffer must not be used after this returns.
     *
     * @return whether to continue reading; if {@code false}, the sink has completed the response
     */
    boolean take(Content.Chunk chunk) throws Exception;

    /** The body is complete. */
    void end() throws Exception;

    /** The connection was closed or timed out; the data received so far must be discarded. */
    void aborted(Throwable cause);

    /** The sink threw an exception. */
    void failed(Throwable cause);
}
