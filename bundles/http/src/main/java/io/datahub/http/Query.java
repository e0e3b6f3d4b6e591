package io.datahub.http;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import org.eclipse.jetty.util.Fields;

/** Parameters of a query. */
final class Query {

    private Query() {}

    /** Whether the parameter is there and not {@code false}. */
    static boolean flag(Fields query, String name) {
        String value = query.getValue(name);
        return value != null && !value.equals("false");
    }

    static String text(Fields query, String name, String absent) {
        String value = query.getValue(name);
        return value == null ? absent : value;
    }

    /** A whole number; refused if it isn't one or is out of range. */
    static Result<Integer> number(Fields query, String name, int absent, int least, int most) {
        String value = query.getValue(name);
        if (value == null) {
            return Result.done(absent);
        }
        try {
            int number = Integer.parseInt(value);
            if (number >= least && number <= most) {
                return Result.done(number);
            }
        } catch (NumberFormatException e) {
            return Result.refused(Reason.BAD_REQUEST, name + " is a number from " + least + " to " + most);
        }
        return Result.refused(Reason.BAD_REQUEST, name + " is a number from " + least + " to " + most);
    }
}
