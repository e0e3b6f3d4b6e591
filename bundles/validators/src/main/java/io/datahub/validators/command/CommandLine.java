package io.datahub.validators.command;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A program and its arguments, with placeholders for the properties of a record. It is executed without a shell, so a
 * substituted value can't escape its argument. Immutable.
 */
final class CommandLine {

    private static final Pattern WORD = Pattern.compile("\\s*(?:\"([^\"]*)\"|([^\\s\"]+))(?=\\s|$)");
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{([a-z0-9]+)}");

    private final List<String> words;

    private CommandLine(List<String> words) {
        this.words = words;
    }

    /**
     * Parses words that are separated by white space; words that contain white space are in double quotes.
     *
     * @param placeholders the names that are allowed in braces
     * @throws IllegalArgumentException if the program isn't executable, or a name in braces is unknown
     */
    static CommandLine of(String text, List<String> placeholders) {
        if (text == null || text.isBlank()) {
            throw new IllegalArgumentException(
                    "command is missing; set a program, such as command = /usr/bin/xmllint --noout {file}");
        }
        List<String> words = new ArrayList<>();
        String line = text.strip();
        Matcher word = WORD.matcher(line);
        int end = 0;
        while (end < line.length()) {
            if (!word.find(end) || word.start() != end) {
                throw new IllegalArgumentException(
                        "command has an unmatched quote after \"" + line.substring(0, end) + "\"");
            }
            words.add(word.group(1) == null ? word.group(2) : word.group(1));
            end = word.end();
        }
        Path program = Path.of(words.get(0));
        if (!program.isAbsolute() || !Files.isExecutable(program) || Files.isDirectory(program)) {
            throw new IllegalArgumentException("command begins with " + program
                    + ", which is not an executable program; set its absolute path, and make it executable");
        }
        for (String each : words) {
            PLACEHOLDER
                    .matcher(each)
                    .results()
                    .map(found -> found.group(1))
                    .filter(name -> !placeholders.contains(name))
                    .forEach(name -> {
                        throw new IllegalArgumentException("command has {" + name + "}; known are " + placeholders);
                    });
        }
        return new CommandLine(List.copyOf(words));
    }

    /**
     * Returns the words with the placeholders substituted. A value that would look like an option is prefixed with
     * {@code ./}.
     */
    List<String> substitute(Map<String, String> values) {
        return words.stream()
                .map(word -> {
                    String substituted = PLACEHOLDER
                            .matcher(word)
                            .replaceAll(match -> Matcher.quoteReplacement(values.getOrDefault(match.group(1), "")));
                    return substituted.startsWith("-") && !word.startsWith("-") ? "./" + substituted : substituted;
                })
                .toList();
    }

    @Override
    public String toString() {
        return words.toString();
    }
}
