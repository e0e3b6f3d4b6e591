package io.datahub.client;

import java.io.IOException;

/**
 * The hub can't be reached, refuses the credentials, or doesn't reply in time. The message says which, and how to fix
 * it.
 */
public final class HubConnectionException extends IOException {

    private static final long serialVersionUID = 1L;

    HubConnectionException(String message) {
        super(message);
    }
}
