package io.datahub.api.event;

/** Why the broker ended a session. */
public enum CloseReason {
    /** The user or its credential is gone, disabled or expired. */
    ACCESS_LOST,
    /** The session's queue stayed full for longer than allowed. */
    TOO_SLOW,
    /** An administrator disconnected it. */
    DISCONNECTED,
    /** The hub is shutting down. */
    HUB_STOPS
}
