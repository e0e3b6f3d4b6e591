package io.datahub.api.event;

/** Why the broker ended a session. */
public enum CloseReason {
    /** The user or its credential is gone, disabled or expired. */
    ACCESS_LOST,
    /** It stayed full for longer than is allowed. */
    TOO_SLOW,
    /** An administrator ended it. */
    DISCONNECTED,
    /** The hub stops. */
    HUB_STOPS
}
