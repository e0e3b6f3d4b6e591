package io.datahub.validators;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Says what a schema has against a document. */
final class JsonSchemaCheck {

    /** Beyond it nobody is told the lines, only the pointers. */
    private static final long MOST_SEARCHED = 4 << 20;

    private static final int LONGEST_MESSAGE = 500;

    /** What patterns may cost for each keyword that may be evaluated: characters, and time up to a limit in all. */
    private static final long LOOKS_PER_STEP = 25;

    private static final long NANOS_PER_STEP = 2_500;
    private static final long MAX_PATTERN_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** The bytes of the document, once more. */
    interface Bytes {
        InputStream open() throws IOException;
    }

    private JsonSchemaCheck() {}

    /**
     * Evaluates the schema.
     *
     * @param steps so many keywords are evaluated at most
     * @return what is wrong, at most {@link Findings#MOST} of it
     * @throws TooCostlyException if it costs too much, or the thread is interrupted
     */
    static List<Error> errors(Schema schema, JsonNode document, long steps, boolean formats) {
        BoundedEvaluation evaluation = new BoundedEvaluation(Findings.MOST, steps, formats);
        try {
            BoundedPattern.within(
                    steps * LOOKS_PER_STEP,
                    Math.min(steps * NANOS_PER_STEP, MAX_PATTERN_NANOS),
                    () -> schema.validate(evaluation, document));
        } catch (BoundedEvaluation.EnoughException e) {
            if (evaluation.found().isEmpty()) {
                throw new TooCostlyException("too many faults in the alternatives of its schema");
            }
        } catch (StackOverflowError e) {
            throw new TooCostlyException("its schema refers to itself without end");
        }
        return evaluation.found();
    }

    /** Adds errors to the findings, each with the place where the value begins. */
    static void report(List<Error> errors, long size, Bytes bytes, Findings findings) throws IOException {
        if (errors.isEmpty()) {
            return;
        }
        Set<String> pointers = errors.stream()
                .map(error -> error.getInstanceLocation().toString())
                .collect(Collectors.toSet());
        Map<String, JsonLocation> places = Map.of();
        if (size <= MOST_SEARCHED) {
            try (InputStream in = bytes.open()) {
                places = SecureJson.places(in, pointers);
            }
        }
        for (Error error : errors) {
            JsonLocation place = places.get(error.getInstanceLocation().toString());
            findings.add(
                    place == null ? 0 : place.getLineNr(), place == null ? 0 : place.getColumnNr(), message(error));
        }
    }

    static String message(Error error) {
        String pointer = error.getInstanceLocation().toString();
        String text = (pointer.isEmpty() ? "" : pointer + ": ") + error.getMessage();
        return text.length() <= LONGEST_MESSAGE ? text : text.substring(0, LONGEST_MESSAGE) + "…";
    }
}
