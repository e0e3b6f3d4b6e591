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
final class StartupErrors {

    private static final int LINES = 5;
    private static final Pattern FACT = Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\S+ +([A-Z]+) +(.*)");
    private static final Pattern CAUSE = Pattern.compile("(?:Caused by: )?((?:[a-z]\\w*\\.)+[A-Z]\\S*: .*)");

    /** Where a component reads a setting, and which component it was: their package is the name of the file. */
    private static final Pattern SETTING = Pattern.compile("\\s+at \\S*\\$Proxy\\d+\\.(\\w+)\\(.*");

    private static final Pattern COMPONENT = Pattern.compile(".*\\[(io\\.datahub\\.[a-z]+)\\.\\w+\\(.*");

    /** What SCR says of a component that throws, whose own words say all there is to say. */
    private static final String INSTANTIATION = "Error during instantiation of the implementation object";

    private static final Pattern OWN =
            Pattern.compile("java\\.(?:lang\\.Illegal(?:State|Argument)|io\\.(?:Unchecked)?IO)Exception: (.+)");

    /** What a component says that only waits for another one. */
    private static final String DEPENDENT = "Unable to get service for reference";

    private static final String END = "\n9999-12-31T00:00 END end";
    private static final String FRAMEWORK = "Framework - ";

    private final Path log;
    private final long from;

    StartupErrors(Path log) throws IOException {
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
        String setting = "";
        String error = "";
        for (String line : (text + END).lines().flatMap(JsonLine::toText).toList()) {
            Matcher fact = FACT.matcher(line);
            Matcher because = CAUSE.matcher(line);
            Matcher reading = SETTING.matcher(line);
            if (fact.matches()) {
                if (within) {
                    errors.add(told(error, cause, setting));
                }
                error = fact.group(2);
                within = fact.group(1).equals("ERROR") && !error.startsWith(FRAMEWORK);
                cause = "";
                setting = "";
            } else if (because.matches()) {
                cause = because.group(1);
            } else if (setting.isEmpty() && reading.matches()) {
                setting = reading.group(1);
            }
        }
        return withoutDependents(errors).stream().distinct().limit(LINES).toList();
    }

    private static String told(String error, String cause, String setting) {
        Matcher component = COMPONENT.matcher(error);
        if (!setting.isEmpty() && component.matches()) {
            String reason = (cause.isEmpty() ? error : cause).replaceFirst(".*(?:Exception|Error): ", "");
            return "etc/" + component.group(1) + ".cfg - " + setting + " has a value that can't be used: " + reason
                    + ". The comment above it in that file says what can.";
        }
        Matcher own = OWN.matcher(cause);
        if (error.contains(INSTANTIATION) && own.matches()) {
            return error.substring(0, Math.max(0, error.indexOf(" - "))) + " - " + own.group(1);
        }
        return cause.isEmpty() ? error : error + ": " + cause;
    }

    private static List<String> withoutDependents(List<String> errors) {
        List<String> own =
                errors.stream().filter(error -> !error.contains(DEPENDENT)).toList();
        return own.isEmpty() ? errors : own;
    }
}
