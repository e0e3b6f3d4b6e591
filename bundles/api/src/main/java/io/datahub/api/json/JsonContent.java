package io.datahub.api.json;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import org.osgi.annotation.versioning.ConsumerType;

/** Writes a JSON value. */
@FunctionalInterface
@ConsumerType
public interface JsonContent {

    /**
     * Writes exactly one value.
     *
     * @param json where to write it; not to be closed
     * @throws IOException if the generator does
     */
    void write(JsonGenerator json) throws IOException;
}
