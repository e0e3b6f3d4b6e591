package io.datahub.zeromq.zmtp;

import io.datahub.api.event.SharedBuffer;

/** The state of a connection: PROXY header, greeting, handshake or traffic. Decodes the input in place. */
public interface ProtocolState {

    /**
     * Consumes all complete units from {@code from} (inclusive) to {@code to} (exclusive). Bytes that aren't consumed
     * are passed again, followed by further input.
     *
     * @return the position after the last byte consumed
     */
    int read(SharedBuffer buffer, int from, int to) throws ProtocolException;

    /** The total size in bytes of the incomplete unit at the end of the input, as far as it is known; 0 if it isn't. */
    long expectedBytes();
}
