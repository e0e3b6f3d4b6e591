package io.datahub.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The stack trace by which Declarative Services describe the failed activation of a component. */
final class ActivationFailure {

    private static final String CAUSE = "Caused by: ";

    /** Exceptions whose message is written for operators. */
    private static final Pattern MESSAGE_ONLY =
            Pattern.compile("java\\.(?:lang\\.Illegal(?:State|Argument)|io\\.(?:Unchecked)?IO)Exception: (.+)");

    private ActivationFailure() {}

    /** Returns the root cause in one line. */
    static String rootCause(String stackTrace) {
        String cause = stackTrace
                .lines()
                .filter(line -> line.startsWith(CAUSE))
                .reduce((first, second) -> second)
                .map(line -> line.substring(CAUSE.length()))
                .orElseGet(() -> stackTrace.lines().findFirst().orElse("unknown"));
        Matcher message = MESSAGE_ONLY.matcher(cause);
        return message.matches() ? message.group(1) : cause;
    }
}
