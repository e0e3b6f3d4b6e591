package io.datahub.api.json;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/** Writes a JSON value. */
@FunctionalInterface
public interface JsonContent {

    /**
     * Writes exactly one value.
     *
     * @param json where to write it; not to be closed
     * @throws IOException if the generator does
     */
    void write(JsonGenerator json) throws IOException;
}
