package io.datahub.zeromq;

import io.datahub.api.event.SharedBuffer;

/** Gets what {@link MessageDecoder} reads. */
interface FrameReceiver {

    /** The bytes that the bodies of a message may have, its first frame left out once it has come. */
    long maxBytes(int frames);

    /**
     * A message has come.
     *
     * @param start where it begins in the buffer
     * @param end where it ends
     * @param firstStart where the body of its first frame begins
     * @param firstEnd where that ends
     * @param frames their number
     * @return false if nothing more is to be read for now
     */
    boolean message(SharedBuffer buffer, int start, int end, int firstStart, int firstEnd, int frames)
            throws ProtocolException;

    /** A command has come. */
    void command(Command command) throws ProtocolException;
}
