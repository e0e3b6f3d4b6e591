package io.datahub.client;

/**
 * The hub's reply to a published event.
 *
 * @param status 202 if the event was accepted; otherwise an HTTP status code: 400 for an invalid topic, 403 for a
 *     missing grant, 413 if it is too large, and so on; 0 if the reply has no valid status
 * @param detail a human-readable reason of the refusal; empty if the event was accepted
 */
public record Reply(int status, String detail) {

    static final int ACCEPTED = 202;

    /** Whether the event was accepted and passed on to its subscribers. */
    public boolean isAccepted() {
        return status == ACCEPTED;
    }
}
