package io.datahub.api.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Writes JSON in UTF-8 to memory. Thread-safe. */
public final class JsonText {

    /** A factory with the default settings. */
    public static final JsonFactory FACTORY = new JsonFactory();

    private JsonText() {}

    /**
     * Writes one value.
     *
     * @param content writes it
     * @return the value in UTF-8
     */
    public static byte[] of(JsonContent content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        append(bytes, content);
        return bytes.toByteArray();
    }

    /**
     * Appends one value.
     *
     * @param bytes the value is appended to them in UTF-8
     * @param content writes it
     */
    public static void append(ByteArrayOutputStream bytes, JsonContent content) {
        try (JsonGenerator json = FACTORY.createGenerator(bytes)) {
            content.write(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * A string as JSON.
     *
     * @param text any text
     * @return the text with what must be escaped, in double quotes
     */
    public static String quoted(String text) {
        return '"' + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
    }
}
