package io.datahub.store.pages;

/** The database file contains something that the hub can't have written. */
public final class CorruptionException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    public CorruptionException(String what) {
        super(what);
    }
}
