package io.datahub.http;

import org.eclipse.jetty.io.Content;

/** Takes the body of a request as it comes in. One thread at a time. */
interface BodySink {

    /**
     * Takes some bytes; the chunk is the caller's and its buffer may be used until this returns.
     *
     * @return whether to go on; if not, the sink has seen to the answer
     */
    boolean take(Content.Chunk chunk) throws Exception;

    /** Everything came. */
    void end() throws Exception;

    /** The connection was cut or fell silent; what came is to be forgotten. */
    void cut(Throwable cause);

    /** The sink itself threw. */
    void failed(Throwable cause);
}
