package io.datahub.cli.user;

import io.datahub.cli.core.Json;
import io.datahub.cli.core.Output;
import io.datahub.cli.http.Body;
import io.datahub.cli.http.Request;
import io.datahub.cli.hub.Paths;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** What the commands for users share: targets, bodies, and how users are printed. */
final class Users {

    private Users() {}

    static String target(String user) {
        return "/users/" + Paths.encodeValue(user);
    }

    static Request post(String target, Map<String, Object> body) {
        return new Request("POST", target)
                .header("Content-Type", "application/json")
                .body(Body.of(Json.text(body).getBytes(StandardCharsets.UTF_8)));
    }

    static void print(Output output, Map<String, Object> user) {
        String roles = String.join(" ", Json.strings(user, "roles"));
        String disabled = Boolean.TRUE.equals(user.get("disabled")) ? "  disabled" : "";
        output.result(
                user,
                Json.string(user, "name") + (roles.isEmpty() ? "" : "  roles " + roles) + disabled + grants(user));
    }

    /** A line for each grant of a user. */
    static String grants(Map<String, Object> user) {
        StringBuilder text = new StringBuilder();
        for (Map<String, Object> grant : Json.objects(user, "grants")) {
            text.append("\n  ")
                    .append(Json.string(grant, "action"))
                    .append(" '")
                    .append(Json.string(grant, "what"))
                    .append('\'');
        }
        return text.toString();
    }
}
