package io.datahub.console;

import static io.datahub.console.shell.CommandException.require;

import io.datahub.api.Result;
import io.datahub.api.user.UserDefinitions;
import java.io.IOException;
import java.util.Optional;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code datahub:user-rm}. */
@Command(
        scope = "datahub",
        name = "user-rm",
        description = "Removes a user with its credentials from the users file; its connections end")
@Service
public final class UserRemoveCommand extends DatahubCommand {

    @Argument(name = "user", description = "The user's name", required = true)
    @Completion(UserNames.class)
    String user;

    @Override
    public Object execute() throws IOException {
        require(service(UserDefinitions.class)
                .change(
                        CONSOLE,
                        user,
                        present -> present.isPresent()
                                ? Result.done(Optional.empty())
                                : Result.refused(GrantCommand.missing(user))));
        return null;
    }
}
