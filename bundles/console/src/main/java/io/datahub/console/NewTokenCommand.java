package io.datahub.console;

import io.datahub.api.user.UserRegistry.IssuedToken;
import io.datahub.console.shell.CommandException;
import io.datahub.console.shell.Table;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;

/** Base class of commands that create a token and print it. */
abstract class NewTokenCommand extends DatahubCommand {

    static Optional<Instant> parseExpiry(String expires) {
        try {
            return Optional.ofNullable(expires)
                    .map(text -> OffsetDateTime.parse(text).toInstant());
        } catch (DateTimeException e) {
            throw new CommandException(
                    "--expires takes a time with a zone, such as 2027-11-23T00:00:00Z, not " + expires);
        }
    }

    /** Prints only the token, so that a script can use it as is; with {@code --json} also its properties. */
    void print(IssuedToken issued) {
        if (json) {
            print(new Table("user", "token", "id", "label", "expires")
                    .row(
                            issued.user(),
                            issued.token(),
                            issued.credential().id(),
                            issued.credential().label(),
                            issued.credential().expires().map(Instant::toString).orElse("")));
        } else {
            System.out.println(issued.token());
        }
    }
}
