package io.datahub.client;

import java.io.IOException;

/**
 * The hub can't be reached, refuses the credentials, or doesn't reply in time. The message says which, and how to fix
 * it.
 */
public final class HubUnavailableException extends IOException {

    private static final long serialVersionUID = 1L;

    HubUnavailableException(String message) {
        super(message);
    }
}
