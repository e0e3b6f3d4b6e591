package io.datahub.records.staging;

import java.io.IOException;

/** Thrown if the directory of records is missing or was replaced by another one. */
public class RecordsGoneException extends IOException {

    private static final long serialVersionUID = 1;

    public RecordsGoneException(String message) {
        super(message);
    }
}
