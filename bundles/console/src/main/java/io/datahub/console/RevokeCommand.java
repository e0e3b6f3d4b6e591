package io.datahub.console;

import io.datahub.api.Result;
import io.datahub.api.user.UserDefinition;
import java.io.IOException;
import java.util.Optional;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code datahub:revoke}. */
@Command(
        scope = "datahub",
        name = "revoke",
        description = "Removes roles and grants from a user; open connections lose them within a second")
@Service
public final class RevokeCommand extends GrantOptions {

    @Argument(name = "user", description = "The user's name", required = true)
    @Completion(UserNames.class)
    String user;

    @Override
    public Object execute() throws IOException {
        UserDefinition lost = required(user);
        change(
                user,
                present -> present.map(known -> known.minus(lost).then(less -> Result.done(Optional.of(less))))
                        .orElseGet(() -> Result.refused(GrantCommand.missing(user))));
        return null;
    }
}
