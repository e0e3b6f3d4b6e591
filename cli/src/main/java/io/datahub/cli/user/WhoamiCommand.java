package io.datahub.cli.user;

import io.datahub.cli.context.CommonOptions;
import io.datahub.cli.core.Json;
import io.datahub.cli.http.Request;
import io.datahub.cli.hub.Hub;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code datahub whoami}: as whom one is logged in. */
@Command(name = "whoami", description = "Show the hub, the user, its roles and grants.")
public final class WhoamiCommand implements Callable<Integer> {

    @Mixin
    private CommonOptions common;

    @Override
    public Integer call() {
        Hub hub = common.hub();
        Map<String, Object> user = hub.object(new Request("GET", "/whoami"));
        StringBuilder text =
                new StringBuilder(Json.string(user, "user")).append(" at ").append(hub.url());
        if (!Json.strings(user, "roles").isEmpty()) {
            text.append("\nroles: ").append(String.join(" ", Json.strings(user, "roles")));
        }
        text.append(Users.grants(user));
        if (!Json.string(user, "label").isEmpty()) {
            text.append("\ntoken: ").append(Json.string(user, "label"));
        }
        if (!Json.string(user, "expires").isEmpty()) {
            text.append("\nexpires: ").append(Json.string(user, "expires"));
        }
        common.output().result(user, text.toString());
        return 0;
    }
}
