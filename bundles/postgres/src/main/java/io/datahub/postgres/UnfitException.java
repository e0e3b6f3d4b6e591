package io.datahub.postgres;

/** The database can be reached, but can't be the ledger as it is configured. */
final class UnfitException extends Exception {

    private static final long serialVersionUID = 1;

    UnfitException(String message) {
        super(message);
    }
}
