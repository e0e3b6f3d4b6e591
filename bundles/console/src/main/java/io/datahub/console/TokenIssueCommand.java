package io.datahub.console;

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
        description = "Makes a new token for a user and shows it, once; the users file keeps only its hash")
@Service
public final class TokenIssueCommand extends NewTokenCommand {

    @Argument(name = "user", description = "Whom it is for", required = true)
    String user;

    @Option(name = "--label", description = "What to call it, such as the machine it is for")
    String label = "";

    @Option(name = "--expires", description = "When it ends, as 2027-11-23T00:00:00Z; never if left out")
    String expires;

    @Override
    public Object execute() throws IOException {
        print(require(service(UserRegistry.class).issueToken(CONSOLE, user, label, parseExpiry(expires))));
        return null;
    }
}
