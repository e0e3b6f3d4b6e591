package io.datahub.client;

/**
 * What the hub answers to a publication.
 *
 * @param status 202 if the event was handed on; else as HTTP has it: 400 a bad topic, 403 no grant, 413 too large …
 * @param detail why it was refused, for people; empty if it wasn't
 */
public record Answer(int status, String detail) {

    static final int ACCEPTED = 202;

    /** Whether the event was handed on to whoever subscribed to it. */
    public boolean isAccepted() {
        return status == ACCEPTED;
    }
}
