package io.datahub.api.event;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import java.util.Optional;

/** The outcome of publishing an event. */
public enum Published {
    /** The event was delivered to its subscribers. */
    ACCEPTED(null, ""),
    /** The event is being validated or kept; {@link Session#completed} returns the outcome. */
    PENDING(null, ""),
    /** The user has no grant for the topic. */
    NOT_GRANTED(Reason.FORBIDDEN, "you have no grant to publish this topic; an administrator can add one"),
    /** The topic belongs to the hub. */
    RESERVED(Reason.FORBIDDEN, "topics that begin with file. or hub. belong to the hub; choose another"),
    /** The topic is malformed. */
    BAD_TOPIC(Reason.BAD_REQUEST, "a topic must be UTF-8 without NUL, from 1 to 4,200 bytes"),
    /** The topic is too long. */
    TOPIC_TOO_LONG(Reason.BAD_REQUEST, "the topic is longer than 4,200 bytes"),
    /** A validator rejected the event. */
    INVALID(Reason.INVALID, "a validator refused the message"),
    /** A validator could not decide. */
    NOT_VALIDATED(Reason.UNAVAILABLE, "a validator of this topic is unavailable or failed; try again"),
    /** The log of the topic could not store the event. */
    NOT_KEPT(Reason.UNAVAILABLE, "the log of this topic is unavailable or failed; try again"),
    /** The event is too large. */
    TOO_LARGE(Reason.TOO_LARGE, "the message exceeds the size limit"),
    /** The hub is paused: it can't be sure what the user may do. */
    UNAVAILABLE(
            Reason.UNAVAILABLE,
            "this hub can't confirm what is in the cluster's ledger, so it takes no events; retry, or use another hub"),
    /** The session has ended. */
    CLOSED(Reason.UNAUTHENTICATED, "the session has ended; log in again");

    private final Refusal refusal;

    Published(Reason reason, String detail) {
        this.refusal = reason == null ? null : new Refusal(reason, detail);
    }

    /**
     * The refusal; empty if the event was accepted or is pending.
     *
     * @return the refusal without what validators found; see {@link Session#refusal}
     */
    public Optional<Refusal> refusal() {
        return Optional.ofNullable(refusal);
    }
}
