package io.datahub.console;

/**
 * Ends a command with a message for the user; the shell prints the message, and a script sees the failure. Karaf's
 * shell recognizes this class by its name: for any other exception it would log a stack trace, as if the hub had
 * failed.
 */
final class CommandException extends RuntimeException {

    private static final long serialVersionUID = 1;

    CommandException(String message) {
        super(message);
    }
}
