package io.datahub.console;

import static io.datahub.console.shell.CommandException.require;

import io.datahub.api.user.UserRegistry;
import io.datahub.console.shell.CommandException;
import java.io.IOException;
import java.time.Duration;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code datahub:token-rotate}. */
@Command(
        scope = "datahub",
        name = "token-rotate",
        description = "Replaces a token by a new one with the same label and lifetime, and shows it once")
@Service
public final class TokenRotateCommand extends NewTokenCommand {

    @Argument(name = "user", description = "The user whose token it is", required = true)
    String user;

    @Argument(
            index = 1,
            name = "token",
            description = "The old token: its label, or the beginning of its hash, as shown by datahub:users",
            required = true)
    String token;

    @Option(name = "--expires", description = "Expiry of the new token, such as 2027-11-23T00:00:00Z")
    String expires;

    @Option(name = "--overlap", description = "Minutes for which the old token stays valid; default: 0")
    long overlap;

    @Override
    public Object execute() throws IOException {
        if (overlap < 0) {
            throw new CommandException("--overlap takes a number of minutes, not " + overlap);
        }
        print(require(service(UserRegistry.class)
                .rotateToken(CONSOLE, user, token, parseExpiry(expires), Duration.ofMinutes(overlap))));
        return null;
    }
}
