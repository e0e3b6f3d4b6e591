package io.datahub.validators;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A program and its arguments, with places into which facts about a record are put. No shell ever sees it, so what is put
 * in stays within its argument. Immutable.
 */
final class CommandLine {

    private static final Pattern WORD = Pattern.compile("\\s*(?:\"([^\"]*)\"|([^\\s\"]+))(?=\\s|$)");
    private static final Pattern PLACE = Pattern.compile("\\{([a-z0-9]+)}");

    private final List<String> words;

    private CommandLine(List<String> words) {
        this.words = words;
    }

    /**
     * Reads words that are separated by blanks; those with blanks in them stand in double quotes.
     *
     * @param places the names that may stand in braces
     * @throws IllegalArgumentException if the program isn't there, or a name in braces is another one
     */
    static CommandLine of(String text, List<String> places) {
        if (text == null || text.isBlank()) {
            throw new IllegalArgumentException(
                    "command is missing; name a program, such as command = /usr/bin/xmllint --noout {file}");
        }
        List<String> words = new ArrayList<>();
        String line = text.strip();
        Matcher word = WORD.matcher(line);
        int end = 0;
        while (end < line.length()) {
            if (!word.find(end) || word.start() != end) {
                throw new IllegalArgumentException(
                        "command has a stray quote behind \"" + line.substring(0, end) + "\"");
            }
            words.add(word.group(1) == null ? word.group(2) : word.group(1));
            end = word.end();
        }
        Path program = Path.of(words.get(0));
        if (!program.isAbsolute() || !Files.isExecutable(program) || Files.isDirectory(program)) {
            throw new IllegalArgumentException("command begins with " + program
                    + ", which is no program that can be run; give its absolute path, and the right to run it");
        }
        for (String each : words) {
            PLACE.matcher(each)
                    .results()
                    .map(found -> found.group(1))
                    .filter(name -> !places.contains(name))
                    .forEach(name -> {
                        throw new IllegalArgumentException("command has {" + name + "}; there are " + places);
                    });
        }
        return new CommandLine(List.copyOf(words));
    }

    /** The words with these facts in their places. One that would look like an option is kept from it by {@code ./}. */
    List<String> with(Map<String, String> facts) {
        return words.stream()
                .map(word -> {
                    String put = PLACE.matcher(word)
                            .replaceAll(place -> Matcher.quoteReplacement(facts.getOrDefault(place.group(1), "")));
                    return put.startsWith("-") && !word.startsWith("-") ? "./" + put : put;
                })
                .toList();
    }

    @Override
    public String toString() {
        return words.toString();
    }
}
