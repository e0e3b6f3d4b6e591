package io.datahub.cli.hub;

import io.datahub.cli.core.Json;
import java.io.IOException;
import java.util.Map;

/** Describes {@code application/problem+json} (RFC 9457) for people. */
final class Problem {

    private static final int MAX_LENGTH = 2_000;

    private Problem() {}

    /** The detail and the violations, or the empty string if the body is something else. */
    static String describe(String body) {
        Map<String, Object> problem;
        try {
            problem = Json.object(body);
        } catch (IOException e) {
            return "";
        }
        StringBuilder text = new StringBuilder(Json.string(problem, "detail"));
        for (Map<String, Object> violation : Json.objects(problem, "violations")) {
            text.append("\n  ").append(Json.string(violation, "validator")).append(": ");
            if (Json.number(violation, "line") > 0) {
                text.append("line ").append(Json.number(violation, "line"));
                text.append(", column ")
                        .append(Json.number(violation, "column"))
                        .append(": ");
            }
            text.append(Json.string(violation, "message"));
        }
        return text.length() <= MAX_LENGTH ? text.toString() : text.substring(0, MAX_LENGTH) + " …";
    }
}
