package io.datahub.client.record;

import java.io.IOException;
import java.util.List;

/**
 * The hub refuses a request. The message is the hub's, with the cause and the remedy; nothing was changed.
 */
public final class RequestRefusedException extends IOException {

    private static final long serialVersionUID = 1L;

    private final int status;
    private final transient List<Violation> violations;
    private final String oldestCursor;

    RequestRefusedException(int status, String message, List<Violation> violations, String oldestCursor) {
        super(message);
        this.status = status;
        this.violations = List.copyOf(violations);
        this.oldestCursor = oldestCursor;
    }

    /**
     * A reason why a validator refuses a record.
     *
     * @param validator the name of the validator
     * @param message what is wrong
     * @param line the line, from 1; 0 if it isn't known
     * @param column the column, from 1; 0 if it isn't known
     */
    public record Violation(String validator, String message, int line, int column) {}

    /**
     * The status of HTTP, such as 401 (no valid token), 403 (no grant), 404, 410 (the cursor is too old), 412 (the
     * condition doesn't hold), 422 (refused by a validator).
     *
     * @return the status
     */
    public int status() {
        return status;
    }

    /**
     * Why validators refuse the record.
     *
     * @return the reasons, none unless the status is 422
     */
    public List<Violation> violations() {
        return violations == null ? List.of() : violations;
    }

    /**
     * The oldest cursor from which the journal can be read.
     *
     * @return the cursor, or an empty string unless the status is 410
     */
    public String oldestCursor() {
        return oldestCursor;
    }
}
