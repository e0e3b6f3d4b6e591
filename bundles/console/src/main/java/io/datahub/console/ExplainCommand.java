package io.datahub.console;

import static io.datahub.console.shell.CommandException.require;

import io.datahub.api.user.Action;
import io.datahub.api.user.Explanation;
import io.datahub.api.user.UserRegistry;
import io.datahub.console.shell.CommandException;
import io.datahub.console.shell.Table;
import java.util.Arrays;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code datahub:explain}. */
@Command(scope = "datahub", name = "explain", description = "Shows whether a user has a permission, and why or why not")
@Service
public final class ExplainCommand extends DatahubCommand {

    @Argument(name = "user", description = "The user's name", required = true)
    @Completion(UserNames.class)
    String name;

    @Argument(index = 1, name = "action", description = "publish, subscribe, read, create or write", required = true)
    @Completion(UserActions.class)
    String action;

    @Argument(index = 2, name = "what", description = "The topic, or the path of the record", required = true)
    String what;

    @Override
    public Object execute() {
        UserRegistry.Account account = service(UserRegistry.class).accounts().stream()
                .filter(known -> known.user().name().equals(name))
                .findFirst()
                .orElseThrow(() -> new CommandException("no user " + name + "; datahub:users lists the users"));
        Action requested = Arrays.stream(Action.values())
                .filter(known -> known.word().equals(action))
                .findFirst()
                .orElseThrow(
                        () -> new CommandException("the action must be publish, subscribe, read, create or write"));
        Explanation explanation = require(Explanation.of(account, requested, what));
        print(new Table("allowed", "because").row(explanation.isAllowed(), explanation.reasons()));
        return null;
    }
}
