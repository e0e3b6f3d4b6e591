package io.datahub.client;

/** The hub refused to read its history. */
public final class HistoryException extends Exception {

    private static final long serialVersionUID = 1;

    private final int status;
    private final String oldest;

    HistoryException(int status, String detail, String oldest) {
        super(detail);
        this.status = status;
        this.oldest = oldest;
    }

    /**
     * The HTTP status code of the refusal.
     *
     * @return 410 if events after the cursor are no longer there
     */
    public int status() {
        return status;
    }

    /**
     * The oldest cursor after which nothing is missing.
     *
     * @return the cursor if the status is 410, otherwise empty
     */
    public String oldest() {
        return oldest;
    }
}
