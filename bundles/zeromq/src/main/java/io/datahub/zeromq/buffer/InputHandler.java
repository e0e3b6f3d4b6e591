package io.datahub.zeromq.buffer;

import io.datahub.api.event.SharedBuffer;
import io.datahub.zeromq.zmtp.ProtocolException;
import io.datahub.zeromq.zmtp.ProtocolState;

/** The connection that an {@link Input} reads for. For the connection's thread unless stated otherwise. */
public interface InputHandler {

    /**
     * Processes input.
     *
     * @return the position after the last byte consumed
     */
    int process(SharedBuffer buffer, int from, int to) throws ProtocolException;

    /** See {@link ProtocolState#expectedBytes}. */
    long expectedBytes();

    /** Whether input is held back for the moment. */
    boolean isSuspended();

    boolean isOpen();

    /** Disconnects the peer, since it holds the most of {@link LargeMessageMemory}. Thread-safe. */
    void outOfMemory();
}
