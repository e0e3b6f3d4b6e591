package io.datahub.cli.user;

import io.datahub.cli.context.CommonOptions;
import io.datahub.cli.core.Json;
import io.datahub.cli.http.Request;
import io.datahub.cli.hub.Hub;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code datahub user}: users, for administrators. */
@Command(name = "user", description = "Add, list and remove users, as an administrator.")
public final class UserCommand {

    /** {@code datahub user add}. */
    @Command(
            name = "add",
            description = "Add a user with these roles and grants; datahub token issue makes a token for it.")
    public int add(
            @Mixin CommonOptions common,
            @Mixin GrantOptions grants,
            @Parameters(paramLabel = "NAME", description = "The user's name.") String name) {
        Map<String, Object> user = new LinkedHashMap<>();
        user.put("name", name);
        user.put("roles", grants.roles());
        user.put("grants", grants.grants());
        Users.print(common.output(), common.hub().object(Users.post("/users", user)));
        return 0;
    }

    /** {@code datahub user ls}. */
    @Command(name = "ls", description = "List the users, or show those that are named.")
    public int list(
            @Mixin CommonOptions common,
            @Parameters(arity = "0..*", paramLabel = "NAME", description = "Users.") List<String> names) {
        Hub hub = common.hub();
        if (names == null || names.isEmpty()) {
            Json.objects(hub.object(new Request("GET", "/users")), "users")
                    .forEach(user -> Users.print(common.output(), user));
        } else {
            names.forEach(name -> Users.print(common.output(), hub.object(new Request("GET", Users.target(name)))));
        }
        return 0;
    }

    /** {@code datahub user rm}. */
    @Command(name = "rm", description = "Remove a user with its tokens and keys; its connections end.")
    public int remove(
            @Mixin CommonOptions common, @Parameters(paramLabel = "NAME", description = "The user.") String name) {
        common.hub().done(new Request("DELETE", Users.target(name)));
        common.output().result(Map.of("name", name, "deleted", true), "");
        return 0;
    }
}
