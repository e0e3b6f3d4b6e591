package io.datahub.console;

import static io.datahub.console.shell.CommandException.require;

import io.datahub.api.user.UserRegistry;
import java.io.IOException;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code datahub:token-issue}. */
@Command(
        scope = "datahub",
        name = "token-issue",
        description = "Creates a token for a user and shows it once; the users file has only its hash")
@Service
public final class TokenIssueCommand extends NewTokenCommand {

    @Argument(name = "user", description = "The user who gets the token", required = true)
    String user;

    @Option(name = "--label", description = "A label, such as the machine that uses it")
    String label = "";

    @Option(name = "--expires", description = "Expiry, such as 2027-11-23T00:00:00Z; default: never")
    String expires;

    @Override
    public Object execute() throws IOException {
        print(require(service(UserRegistry.class).issueToken(CONSOLE, user, label, parseExpiry(expires))));
        return null;
    }
}
