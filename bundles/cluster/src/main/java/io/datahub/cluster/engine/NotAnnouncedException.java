package io.datahub.cluster.engine;

import java.io.IOException;

/** A change that the ledger has committed, but that this hub can't announce yet. */
public final class NotAnnouncedException extends IOException {

    private static final long serialVersionUID = 1;

    /** @param message names the entry */
    public NotAnnouncedException(String message) {
        super(message);
    }
}
