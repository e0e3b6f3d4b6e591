package io.datahub.zeromq.zmtp;

import io.datahub.api.event.SharedBuffer;

/** Receives the messages and commands decoded by {@link MessageDecoder}. */
public interface MessageReceiver {

    /**
     * The maximum total size of a message's frame bodies in bytes. The first frame isn't included once it is complete.
     *
     * @param frames the number of complete frames so far
     */
    long maxBytes(int frames);

    /**
     * Called for each complete message.
     *
     * @param start its first position in the buffer
     * @param end the position after its last byte
     * @param firstStart the first position of the body of its first frame
     * @param firstEnd the position after that body
     * @param frames the number of its frames
     * @return false to stop decoding for now
     */
    boolean message(SharedBuffer buffer, int start, int end, int firstStart, int firstEnd, int frames)
            throws ProtocolException;

    /** Called for each command. */
    void command(Command command) throws ProtocolException;
}
