package io.datahub.api;

/** Why the hub refuses a request. The status is that of RFC 9110, on every transport. */
public enum Reason {
    BAD_REQUEST(400, "Bad request"),
    UNAUTHENTICATED(401, "Not authenticated"),
    FORBIDDEN(403, "Not granted"),
    NOT_FOUND(404, "Not found"),
    METHOD_NOT_ALLOWED(405, "Method not allowed"),
    TIMED_OUT(408, "Timed out"),
    CONFLICT(409, "Conflict"),
    GONE(410, "Gone"),
    PRECONDITION_FAILED(412, "Precondition failed"),
    TOO_LARGE(413, "Too large"),
    UNSUPPORTED_MEDIA_TYPE(415, "Unsupported media type"),
    RANGE_NOT_SATISFIABLE(416, "Range not satisfiable"),
    INVALID(422, "Refused by a validator"),
    TOO_MANY(429, "Too many requests"),
    FAILED(500, "Internal error"),
    UNAVAILABLE(503, "Unavailable"),
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
