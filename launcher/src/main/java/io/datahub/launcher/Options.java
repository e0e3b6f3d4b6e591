package io.datahub.launcher;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The words behind a command: options, which begin with two dashes, and others. What follows {@code --} is no option. */
final class Options {

    private static final String MARK = "--";

    private final String usage;
    private final Map<String, String> values = new HashMap<>();
    private final List<String> words = new ArrayList<>();

    /**
     * Sorts the words.
     *
     * @param usage what to write, for whoever got it wrong
     * @param flags the options that have no value
     * @param valued the options that a value follows
     */
    Options(String usage, Set<String> flags, Set<String> valued, String... arguments) throws CommandFailure {
        this.usage = usage;
        boolean over = false;
        for (int i = 0; i < arguments.length; i++) {
            String word = arguments[i];
            if (over || !word.startsWith(MARK)) {
                words.add(word);
            } else if (word.equals(MARK)) {
                over = true;
            } else if (flags.contains(word)) {
                values.put(word, "");
            } else if (valued.contains(word) && i + 1 < arguments.length) {
                values.put(word, arguments[++i]);
            } else {
                throw wrong(valued.contains(word) ? word + " needs a value" : word + " isn't known");
            }
        }
    }

    boolean has(String option) {
        return values.containsKey(option);
    }

    /** A whole number that is at least 1. */
    Optional<Long> number(String option) throws CommandFailure {
        String value = values.get(option);
        if (value != null && !value.matches("[1-9]\\d{0,9}")) {
            throw wrong(option + " must be a number from 1");
        }
        return Optional.ofNullable(value).map(Long::valueOf);
    }

    List<String> words() {
        return words;
    }

    /** That isn't how the command is used. */
    CommandFailure wrong(String why) {
        return new CommandFailure(CommandFailure.USAGE, why + ": datahub " + usage);
    }
}
