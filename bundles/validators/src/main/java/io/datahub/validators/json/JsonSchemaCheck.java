package io.datahub.validators.json;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import io.datahub.validators.support.Findings;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Validates a document by a JSON schema. */
public final class JsonSchemaCheck {

    /** For larger documents only the JSON Pointers of errors are reported, not the lines. */
    private static final long MAX_LOCATED_BYTES = 4 << 20;

    private static final int MAX_MESSAGE_LENGTH = 500;

    /**
     * The budget of the patterns for each keyword that may be evaluated: characters read, and time, limited in total.
     */
    private static final long READS_PER_STEP = 25;

    private static final long NANOS_PER_STEP = 2_500;
    private static final long MAX_PATTERN_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** Opens the document again. */
    interface Bytes {
        InputStream open() throws IOException;
    }

    private JsonSchemaCheck() {}

    /**
     * Evaluates the schema.
     *
     * @param steps the maximum number of keywords that are evaluated
     * @return the errors, at most {@link Findings#MAX}
     * @throws TooCostlyException if the evaluation exceeds a limit, or the thread is interrupted
     */
    public static List<Error> errors(Schema schema, JsonNode document, long steps, boolean formats) {
        BoundedEvaluation evaluation = new BoundedEvaluation(Findings.MAX, steps, formats);
        try {
            BoundedPattern.withBudget(
                    steps * READS_PER_STEP,
                    Math.min(steps * NANOS_PER_STEP, MAX_PATTERN_NANOS),
                    () -> schema.validate(evaluation, document));
        } catch (BoundedEvaluation.TooManyViolationsException e) {
            if (evaluation.errors().isEmpty()) {
                throw new TooCostlyException("too many errors in the alternatives of its schema");
            }
        } catch (StackOverflowError e) {
            throw new TooCostlyException("its schema has an endless recursion");
        }
        return evaluation.errors();
    }

    /** Adds errors to the findings, each with the position at which the invalid value starts. */
    static void report(List<Error> errors, long size, Bytes bytes, Findings findings) throws IOException {
        if (errors.isEmpty()) {
            return;
        }
        Set<String> pointers = errors.stream()
                .map(error -> error.getInstanceLocation().toString())
                .collect(Collectors.toSet());
        Map<String, JsonLocation> locations = Map.of();
        if (size <= MAX_LOCATED_BYTES) {
            try (InputStream in = bytes.open()) {
                locations = SecureJson.locations(in, pointers);
            }
        }
        for (Error error : errors) {
            JsonLocation location = locations.get(error.getInstanceLocation().toString());
            findings.add(
                    location == null ? 0 : location.getLineNr(),
                    location == null ? 0 : location.getColumnNr(),
                    message(error));
        }
    }

    public static String message(Error error) {
        String pointer = error.getInstanceLocation().toString();
        String text = (pointer.isEmpty() ? "" : pointer + ": ") + error.getMessage();
        return text.length() <= MAX_MESSAGE_LENGTH ? text : text.substring(0, MAX_MESSAGE_LENGTH) + "…";
    }
}
