package io.datahub.hooks.outgoing;

/** The URL of a webhook leads to an address that webhooks must not reach. */
final class ForbiddenAddressException extends RuntimeException {

    private static final long serialVersionUID = 1;

    ForbiddenAddressException(String message) {
        super(message);
    }
}
