package io.datahub.ssh.session;

import java.util.ArrayList;
import java.util.List;

/**
 * Splits a command line into words as a POSIX shell does: blanks separate words; {@code \}, {@code '…'} and
 * {@code "…"} quote. Nothing is expanded, and no other character has a meaning, since no shell ever sees them.
 */
public final class ShellWords {

    private final String line;
    private final List<String> words = new ArrayList<>();
    private final StringBuilder word = new StringBuilder();
    private boolean inWord;
    private int at;

    private ShellWords(String line) {
        this.line = line;
    }

    /**
     * Splits a command line.
     *
     * @param line the command line
     * @return the words without their quotes
     * @throws IllegalArgumentException if a quote isn't closed
     */
    public static List<String> of(String line) {
        return new ShellWords(line).split();
    }

    private List<String> split() {
        while (at < line.length()) {
            char c = line.charAt(at++);
            switch (c) {
                case ' ', '\t', '\n' -> end();
                case '\'' -> quoted('\'');
                case '"' -> quoted('"');
                case '\\' -> add(next('\\'));
                default -> add(c);
            }
        }
        end();
        return List.copyOf(words);
    }

    private void quoted(char quote) {
        inWord = true;
        char c = next(quote);
        while (c != quote) {
            boolean escapes = quote == '"' && c == '\\' && at < line.length() && "\"\\$`".indexOf(line.charAt(at)) >= 0;
            add(escapes ? next(quote) : c);
            c = next(quote);
        }
    }

    private char next(char quote) {
        if (at == line.length()) {
            throw new IllegalArgumentException("a quote (" + quote + ") in the command isn't closed");
        }
        return line.charAt(at++);
    }

    private void add(char c) {
        inWord = true;
        word.append(c);
    }

    private void end() {
        if (inWord) {
            words.add(word.toString());
        }
        word.setLength(0);
        inWord = false;
    }
}
