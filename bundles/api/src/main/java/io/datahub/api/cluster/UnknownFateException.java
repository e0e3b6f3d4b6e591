package io.datahub.api.cluster;

import java.io.IOException;

/**
 * The ledger was asked to change something, and it isn't known whether it has: the answer was lost, or the change isn't
 * replicated. Whoever gets this for attempts asks again with the same ones; until then neither success nor failure may
 * be reported as certain.
 */
public final class UnknownFateException extends IOException {

    private static final long serialVersionUID = 1;

    /**
     * A lost answer.
     *
     * @param message what has happened
     * @param cause the failure
     */
    public UnknownFateException(String message, Throwable cause) {
        super(message, cause);
    }
}
