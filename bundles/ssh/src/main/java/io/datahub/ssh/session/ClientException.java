package io.datahub.ssh.session;

import java.io.IOException;

/** The client has broken its protocol, or has given up: no fault of the hub. */
public final class ClientException extends IOException {

    private static final long serialVersionUID = 1;

    /** @param message what the client did; it may contain the client's own text */
    public ClientException(String message) {
        super(message);
    }
}
