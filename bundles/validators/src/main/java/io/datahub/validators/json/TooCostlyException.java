package io.datahub.validators.json;

import com.networknt.schema.SchemaException;

/** A validation by a JSON schema exceeds its limits. */
public final class TooCostlyException extends SchemaException {
    private static final long serialVersionUID = 1L;

    TooCostlyException(String message) {
        super(message);
    }
}
