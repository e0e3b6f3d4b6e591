package io.datahub.console;

import io.datahub.api.user.UserRegistry;
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
        description = "Makes a new token in place of an old one, with its label and as long a life, and shows it, once")
@Service
public final class TokenRotateCommand extends NewTokenCommand {

    @Argument(name = "user", description = "Whose token it is", required = true)
    String user;

    @Argument(
            index = 1,
            name = "token",
            description = "The old one: its label, or the beginning of its hash, which datahub:users shows",
            required = true)
    String token;

    @Option(name = "--expires", description = "When the new one ends, as 2027-11-23T00:00:00Z")
    String expires;

    @Option(
            name = "--overlap",
            description = "For how many minutes the old one still holds; without this it ends at once")
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
