package io.datahub.cli.user;

import io.datahub.cli.context.CommonOptions;
import io.datahub.cli.core.Failure;
import io.datahub.cli.core.Json;
import io.datahub.cli.http.Request;
import io.datahub.cli.hub.Paths;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code datahub token}: tokens, one's own or as an administrator those of others. */
@Command(
        name = "token",
        description = "Issue, list and revoke tokens: your own, or as an administrator those of a user.")
public final class TokenCommand {

    /** {@code datahub token issue}. */
    @Command(name = "issue", description = "Make a token and print it. It is shown once; the hub keeps only its hash.")
    public int issue(
            @Mixin CommonOptions common,
            @Parameters(arity = "0..1", paramLabel = "USER", description = "Whose token; default: your own.")
                    String user,
            @Option(names = "--label", paramLabel = "TEXT", description = "What it is for.") String label,
            @Option(
                            names = "--expires",
                            paramLabel = "TIME",
                            description = "Until when it is valid: 12h, 90d, or a time such as 2027-01-31T00:00:00Z.")
                    String expires) {
        Map<String, Object> body = new LinkedHashMap<>();
        put(body, "user", user);
        put(body, "label", label);
        put(body, "expires", expires == null ? null : time(expires));
        Map<String, Object> issued = common.hub().object(Users.post("/tokens", body));
        common.output().result(issued, Json.string(issued, "token"));
        return 0;
    }

    private static void put(Map<String, Object> body, String name, String value) {
        if (value != null) {
            body.put(name, value);
        }
    }

    private static String time(String text) {
        if (!text.matches("\\d{1,5}[hdm]")) {
            return text;
        }
        long number = Long.parseLong(text.substring(0, text.length() - 1));
        Duration duration = switch (text.charAt(text.length() - 1)) {
            case 'm' -> Duration.ofMinutes(number);
            case 'h' -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
        };
        return Instant.now().plus(duration).truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** {@code datahub token ls}. */
    @Command(name = "ls", description = "List tokens and other credentials, without secrets.")
    public int list(
            @Mixin CommonOptions common,
            @Parameters(arity = "0..1", paramLabel = "USER", description = "Whose; default: your own.") String user)
            throws IOException {
        String target = "/tokens" + (user == null ? "" : "?user=" + Paths.encodeValue(user));
        String text = common.hub().text(new Request("GET", target));
        Object answer = Json.value(text);
        List<Map<String, Object>> tokens =
                answer instanceof List<?> list ? Json.objects(list) : Json.objects(Json.object(text), "tokens");
        for (Map<String, Object> token : tokens) {
            common.output()
                    .result(
                            token,
                            Stream.of("id", "kind", "label", "created", "expires", "lastUsed")
                                    .map(token::get)
                                    .filter(Objects::nonNull)
                                    .map(String::valueOf)
                                    .collect(Collectors.joining("  ")));
        }
        return 0;
    }

    /** {@code datahub token revoke}. */
    @Command(name = "revoke", description = "Revoke a token; connections that were made with it end.")
    public int revoke(
            @Mixin CommonOptions common,
            @Parameters(arity = "0..1", paramLabel = "ID", description = "Its id, from datahub token ls.") String id,
            @Option(names = "--user", paramLabel = "USER", description = "Whose; default: your own.") String user,
            @Option(names = "--descendants", description = "With those that were made with it.") boolean descendants,
            @Option(names = "--all", description = "Every credential of the user, keys and certificates included.")
                    boolean all) {
        if (all == (id != null)) {
            throw new Failure(
                    Failure.USAGE, (id == null ? "" : "'" + id + "': ") + "name either the ID of a token or --all");
        }
        String target;
        if (all) {
            target = "/tokens?all" + (user == null ? "" : "&user=" + Paths.encodeValue(user));
        } else {
            target = (user == null ? "" : Users.target(user)) + "/tokens/" + Paths.encodeValue(id)
                    + (descendants ? "?descendants" : "");
        }
        common.hub().done(new Request("DELETE", target));
        common.output().result(Map.of("revoked", all ? "all" : id), "");
        return 0;
    }
}
