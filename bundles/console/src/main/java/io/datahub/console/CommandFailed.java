package io.datahub.console;

/** Ends a command with a message for whoever typed it; the shell shows the message and a script sees the failure. */
final class CommandFailed extends RuntimeException {

    private static final long serialVersionUID = 1;

    CommandFailed(String message) {
        super(message);
    }
}
