package io.datahub.console;

import static io.datahub.console.shell.CommandException.require;

import io.datahub.api.user.Action;
import io.datahub.api.user.Grant;
import io.datahub.api.user.UserDefinition;
import io.datahub.api.user.UserDefinitions;
import io.datahub.console.shell.CommandException;
import io.datahub.console.shell.Table;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.karaf.shell.api.action.Option;

/** Base class of the commands that change what a user may do: its roles and its own grants. */
abstract class GrantOptions extends DatahubCommand {

    @Option(name = "--role", description = "A role", multiValued = true)
    List<String> roles = new ArrayList<>();

    @Option(name = "--publish", description = "A topic prefix; '' is every topic", multiValued = true)
    List<String> publish = new ArrayList<>();

    @Option(name = "--subscribe", description = "A topic prefix; '' is every topic", multiValued = true)
    List<String> subscribe = new ArrayList<>();

    @Option(
            name = "--read",
            description = "A path: everything below it if it ends with /; '' is everything",
            multiValued = true)
    List<String> read = new ArrayList<>();

    @Option(name = "--create", description = "Likewise; {user} stands for the user's name", multiValued = true)
    List<String> create = new ArrayList<>();

    @Option(name = "--write", description = "Likewise", multiValued = true)
    List<String> write = new ArrayList<>();

    /** The roles and grants of the options, for a user of this name. */
    UserDefinition given(String user) {
        List<Grant> grants = new ArrayList<>();
        add(grants, user, Action.PUBLISH, publish);
        add(grants, user, Action.SUBSCRIBE, subscribe);
        add(grants, user, Action.READ, read);
        add(grants, user, Action.CREATE, create);
        add(grants, user, Action.WRITE, write);
        return new UserDefinition(user, false, roles, grants, List.of(), List.of());
    }

    private static void add(List<Grant> grants, String user, Action action, List<String> values) {
        values.forEach(what -> grants.add(UserDefinition.own(user, action, what)));
    }

    /**
     * The roles and grants of the options, for a command that needs some.
     *
     * @throws CommandException if there are none
     */
    UserDefinition required(String user) {
        UserDefinition given = given(user);
        if (given.roles().isEmpty() && given.grants().isEmpty()) {
            throw new CommandException(
                    "say what: --role, --publish, --subscribe, --read, --create or --write with a value");
        }
        return given;
    }

    /** Changes a user in the users file, and prints what it may do then. */
    void change(String user, UserDefinitions.Change change) throws IOException {
        Optional<UserDefinition> changed =
                require(service(UserDefinitions.class).change(CONSOLE, user, change));
        Table table = new Table("user", "enabled", "roles", "grants");
        changed.ifPresent(definition -> table.row(
                definition.name(),
                !definition.disabled(),
                definition.roles(),
                definition.grants().stream()
                        .map(grant -> grant.action().word() + "=" + grant.what())
                        .toList()));
        print(table);
    }
}
