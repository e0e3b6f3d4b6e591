package io.datahub.client;

import java.io.IOException;

/** The hub isn't there, doesn't let the client in, or doesn't answer in time; the message says which, and what helps. */
public final class HubUnavailableException extends IOException {

    private static final long serialVersionUID = 1L;

    HubUnavailableException(String message) {
        super(message);
    }
}
