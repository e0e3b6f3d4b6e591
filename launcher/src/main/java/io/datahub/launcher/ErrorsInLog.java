package io.datahub.launcher;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The errors that were logged since this was made: what to tell the operator when a hub doesn't get ready. Each is one
 * line, with the cause at the bottom of its stack trace.
 */
final class ErrorsInLog {

    private static final int LINES = 5;
    private static final Pattern FACT = Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\S+ +([A-Z]+) +(.*)");
    private static final Pattern CAUSE = Pattern.compile("(?:Caused by: )?((?:[a-z]\\w*\\.)+[A-Z]\\S*: .*)");
    private static final String END = "\n9999-12-31T00:00 END end";
    private static final String FRAMEWORK = "Framework - ";

    private final Path log;
    private final long from;

    ErrorsInLog(Path log) throws IOException {
        this.log = log;
        this.from = Files.exists(log) ? Files.size(log) : 0;
    }

    /** Returns the first few, or none. A log that was rolled over meanwhile is read from its beginning. */
    List<String> read() {
        try {
            byte[] bytes = Files.readAllBytes(log);
            int start = bytes.length < from ? 0 : (int) from;
            return parse(new String(bytes, start, bytes.length - start, StandardCharsets.UTF_8));
        } catch (IOException e) {
            return List.of();
        }
    }

    /** What the framework itself logs only repeats what the component has logged. */
    static List<String> parse(String text) {
        List<String> errors = new ArrayList<>();
        boolean within = false;
        String cause = "";
        String error = "";
        for (String line : (text + END).lines().flatMap(JsonLine::toText).toList()) {
            Matcher fact = FACT.matcher(line);
            Matcher because = CAUSE.matcher(line);
            if (fact.matches()) {
                if (within) {
                    errors.add(cause.isEmpty() ? error : error + ": " + cause);
                }
                error = fact.group(2);
                within = fact.group(1).equals("ERROR") && !error.startsWith(FRAMEWORK);
                cause = "";
            } else if (because.matches()) {
                cause = because.group(1);
            }
        }
        return errors.stream().distinct().limit(LINES).toList();
    }
}
