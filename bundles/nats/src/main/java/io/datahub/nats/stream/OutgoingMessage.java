package io.datahub.nats.stream;

/** A message that is ready to be sent. */
final class OutgoingMessage {

    private final byte[] bytes;
    private final int events;

    /**
     * @param bytes the message; not copied
     * @param events the number of events that are whole with it
     */
    OutgoingMessage(byte[] bytes, int events) {
        this.bytes = bytes;
        this.events = events;
    }

    byte[] bytes() {
        return bytes;
    }

    int events() {
        return events;
    }
}
