package io.datahub.nats.wire;

/** A message that no hub of this version sends. */
public final class MalformedMessageException extends Exception {

    private static final long serialVersionUID = 1;

    MalformedMessageException(String problem) {
        super(problem);
    }

    MalformedMessageException(RuntimeException cause) {
        super("it is cut off or longer than it says", cause);
    }
}
