package io.datahub.console;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.user.UserDefinition;
import java.io.IOException;
import java.util.Optional;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code datahub:grant}. */
@Command(scope = "datahub", name = "grant", description = "Adds roles and grants to a user, in effect within a second")
@Service
public final class GrantCommand extends GrantOptions {

    @Argument(name = "user", description = "The user's name", required = true)
    @Completion(UserNames.class)
    String user;

    @Override
    public Object execute() throws IOException {
        UserDefinition added = required(user);
        change(
                user,
                present -> present.map(known -> Result.done(Optional.of(known.plus(added))))
                        .orElseGet(() -> Result.refused(missing(user))));
        return null;
    }

    static Refusal missing(String user) {
        return new Refusal(Reason.NOT_FOUND, "there is no user named " + user + "; datahub:users lists the users");
    }
}
