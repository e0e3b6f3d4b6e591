package io.datahub.console;

/**
 * Ends a command with a message for whoever typed it; the shell shows the message and a script sees the failure. Karaf's shell
 * goes by the name of this class: of any other it would log a stack trace, as if the hub had failed.
 */
final class CommandException extends RuntimeException {

    private static final long serialVersionUID = 1;

    CommandException(String message) {
        super(message);
    }
}
