package io.datahub.api;

/** Why the hub refuses a request. The status is that of RFC 9110, on every transport. */
public enum Reason {
    /** The request itself is wrong; it will not succeed unchanged. */
    BAD_REQUEST(400, "Bad request"),
    /** There are no credentials, or they are not valid (any more). */
    UNAUTHENTICATED(401, "Not authenticated"),
    /** The user has no grant for it, or nobody may do it. */
    FORBIDDEN(403, "Not granted"),
    /** There is nothing of that name. */
    NOT_FOUND(404, "Not found"),
    /** The resource does not support the method. */
    METHOD_NOT_ALLOWED(405, "Method not allowed"),
    /** The client took too long to send. */
    TIMED_OUT(408, "Timed out"),
    /** The state of the hub does not allow it now. */
    CONFLICT(409, "Conflict"),
    /** It was there and is no longer available. */
    GONE(410, "Gone"),
    /** A condition of the client does not hold. */
    PRECONDITION_FAILED(412, "Precondition failed"),
    /** It is larger than a limit. */
    TOO_LARGE(413, "Too large"),
    /** The content is of a type that is not accepted there. */
    UNSUPPORTED_MEDIA_TYPE(415, "Unsupported media type"),
    /** The record has no bytes in the range. */
    RANGE_NOT_SATISFIABLE(416, "Range not satisfiable"),
    /** A validator found something wrong. */
    INVALID(422, "Refused by a validator"),
    /** There are too many requests or too much in progress; retry later. */
    TOO_MANY(429, "Too many requests"),
    /** The hub has failed. */
    FAILED(500, "Internal error"),
    /** Something that is needed is unavailable at present; retry later. */
    UNAVAILABLE(503, "Unavailable"),
    /** A quota or the disk is full. */
    NO_ROOM(507, "No room");

    private final int status;
    private final String title;

    Reason(int status, String title) {
        this.status = status;
        this.title = title;
    }

    /**
     * The status code, as in HTTP.
     *
     * @return the status code
     */
    public int status() {
        return status;
    }

    /**
     * A short human-readable phrase, the same for every refusal of this kind.
     *
     * @return the phrase
     */
    public String title() {
        return title;
    }
}
