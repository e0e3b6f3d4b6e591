package io.datahub.launcher;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The arguments of a command: options, which begin with two dashes, and words. Everything after {@code --} is a word.
 */
final class Options {

    private static final String PREFIX = "--";

    private final String usage;
    private final Map<String, String> values = new HashMap<>();
    private final List<String> words = new ArrayList<>();

    /**
     * Parses the arguments.
     *
     * @param usage the usage line for error messages
     * @param flags the options without a value
     * @param valued the options that are followed by a value
     */
    Options(String usage, Set<String> flags, Set<String> valued, String... arguments) throws CommandFailure {
        this.usage = usage;
        boolean optionsEnded = false;
        for (int i = 0; i < arguments.length; i++) {
            String word = arguments[i];
            if (optionsEnded || !word.startsWith(PREFIX)) {
                words.add(word);
            } else if (word.equals(PREFIX)) {
                optionsEnded = true;
            } else if (flags.contains(word)) {
                values.put(word, "");
            } else if (valued.contains(word) && i + 1 < arguments.length) {
                values.put(word, arguments[++i]);
            } else {
                throw usageError(valued.contains(word) ? word + " needs a value" : word + " is unknown");
            }
        }
    }

    boolean has(String option) {
        return values.containsKey(option);
    }

    /** Returns the value of an option as an integer of at least 1. */
    Optional<Long> number(String option) throws CommandFailure {
        String value = values.get(option);
        if (value != null && !value.matches("[1-9]\\d{0,9}")) {
            throw usageError(option + " must be a number from 1");
        }
        return Optional.ofNullable(value).map(Long::valueOf);
    }

    List<String> words() {
        return words;
    }

    /** Returns the failure for a command line that is invalid. */
    CommandFailure usageError(String problem) {
        return new CommandFailure(CommandFailure.USAGE, problem + ": datahub " + usage);
    }
}
