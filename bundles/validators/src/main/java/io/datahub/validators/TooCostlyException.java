package io.datahub.validators;

import com.networknt.schema.SchemaException;

/** A judgement by a JSON schema that costs more than it may. */
final class TooCostlyException extends SchemaException {
    private static final long serialVersionUID = 1L;

    TooCostlyException(String message) {
        super(message);
    }
}
