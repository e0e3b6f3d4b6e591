package io.datahub.cli.user;

import io.datahub.cli.context.CommonOptions;
import io.datahub.cli.core.Failure;
import io.datahub.cli.core.Json;
import io.datahub.cli.http.Request;
import io.datahub.cli.hub.Paths;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code datahub explain}: whether a user may do something, and why. */
@Command(name = "explain", description = "Say whether a user may do something, and why, as an administrator.")
public final class ExplainCommand implements Callable<Integer> {

    private static final List<String> ACTIONS = List.of("publish", "subscribe", "read", "create", "write");

    @Mixin
    private CommonOptions common;

    @Parameters(index = "0", paramLabel = "USER", description = "The user.")
    private String user;

    @Parameters(index = "1", paramLabel = "ACTION", description = "publish, subscribe, read, create or write.")
    private String action;

    @Parameters(index = "2", paramLabel = "WHAT", description = "A topic, or a path.")
    private String what;

    @Override
    public Integer call() {
        if (!ACTIONS.contains(action)) {
            throw new Failure(
                    Failure.USAGE, "'" + action + "' is no action; the actions are " + String.join(", ", ACTIONS));
        }
        String target = Users.target(user) + "/explain?" + action + "=" + Paths.encodeValue(what);
        Map<String, Object> answer = common.hub().object(new Request("GET", target));
        String verdict = Boolean.TRUE.equals(answer.get("allowed")) ? "allowed: " : "not allowed: ";
        common.output().result(answer, verdict + String.join("; ", Json.strings(answer, "reasons")));
        return 0;
    }
}
