package io.datahub.console.shell;

import io.datahub.api.Refusal;
import io.datahub.api.Result;
import java.util.Optional;

/**
 * Ends a command with a message for the user; the shell prints the message, and a script sees the failure. Karaf's
 * shell recognizes this class by its name: for any other exception it would log a stack trace, as if the hub had
 * failed.
 */
public final class CommandException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** Creates the failure; the message names cause and remedy. */
    public CommandException(String message) {
        super(message);
    }

    /** Returns the value of a result; a refusal fails the command. */
    public static <T> T require(Result<T> result) {
        Optional<Refusal> refusal = result.refusal();
        if (refusal.isPresent()) {
            throw new CommandException(
                    refusal.get().reason().status() + " " + refusal.get().detail());
        }
        return result.get();
    }
}
