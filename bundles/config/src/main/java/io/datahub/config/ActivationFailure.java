package io.datahub.config;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The stack trace by which Declarative Services describe the failed activation of a component. */
final class ActivationFailure {

    private static final String CAUSE = "Caused by: ";

    /** Exceptions whose message is written for operators. */
    private static final Pattern MESSAGE_ONLY =
            Pattern.compile("java\\.(?:lang\\.Illegal(?:State|Argument)|io\\.(?:Unchecked)?IO)Exception: (.+)");

    private ActivationFailure() {}

    /** Returns the last cause whose message is written for operators in one line, or else the last one. */
    static String rootCause(String stackTrace) {
        List<String> causes = Stream.concat(
                        stackTrace.lines().limit(1),
                        stackTrace
                                .lines()
                                .filter(line -> line.startsWith(CAUSE))
                                .map(line -> line.substring(CAUSE.length())))
                .toList();
        return causes.stream()
                .map(MESSAGE_ONLY::matcher)
                .filter(Matcher::matches)
                .map(message -> message.group(1))
                .reduce((first, second) -> second)
                .orElseGet(() -> causes.isEmpty() ? "unknown" : causes.get(causes.size() - 1));
    }
}
