package io.datahub.console;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import java.io.IOException;
import java.util.Optional;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code datahub:user-add}. */
@Command(
        scope = "datahub",
        name = "user-add",
        description = "Adds a user to the users file; datahub:token-issue gives it a token")
@Service
public final class UserAddCommand extends GrantOptions {

    @Argument(name = "user", description = "The name of the new user", required = true)
    String user;

    @Override
    public Object execute() throws IOException {
        change(
                user,
                present -> present.isPresent()
                        ? Result.refused(
                                Reason.CONFLICT,
                                "there is a user named " + user + " already; datahub:grant adds grants to it")
                        : Result.done(Optional.of(given(user))));
        return null;
    }
}
