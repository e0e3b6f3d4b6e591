package io.datahub.jetty.web;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import org.eclipse.jetty.util.Fields;

/** Parses query parameters. */
public final class Query {

    private Query() {}

    /** Whether the parameter is present and not {@code false}. */
    public static boolean flag(Fields query, String name) {
        String value = query.getValue(name);
        return value != null && !value.equals("false");
    }

    public static String text(Fields query, String name, String defaultValue) {
        String value = query.getValue(name);
        return value == null ? defaultValue : value;
    }

    /** An integer; refused if it is malformed or out of range. */
    public static Result<Integer> number(Fields query, String name, int defaultValue, int min, int max) {
        String value = query.getValue(name);
        if (value == null) {
            return Result.done(defaultValue);
        }
        try {
            int number = Integer.parseInt(value);
            if (number >= min && number <= max) {
                return Result.done(number);
            }
        } catch (NumberFormatException e) {
            return Result.refused(Reason.BAD_REQUEST, name + " must be a number from " + min + " to " + max);
        }
        return Result.refused(Reason.BAD_REQUEST, name + " must be a number from " + min + " to " + max);
    }
}
