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
 * The errors logged since this object was created, for a hub that doesn't become ready. Each is reported as one line,
 * with the root cause from its stack trace.
 */
final class StartupErrors {

    private static final int MAX_ERRORS = 5;
    private static final Pattern ENTRY = Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\S+ +([A-Z]+) +(.*)");
    private static final Pattern CAUSE = Pattern.compile("(?:Caused by: )?((?:[a-z]\\w*\\.)+[A-Z]\\S*: .*)");

    /**
     * The stack frame in which a component reads a setting, and the name of the component: its package is the name of
     * the configuration file.
     */
    private static final Pattern SETTING = Pattern.compile("\\s+at \\S*\\$Proxy\\d+\\.(\\w+)\\(.*");

    private static final Pattern COMPONENT = Pattern.compile(".*\\[(io\\.datahub\\.[a-z]+)\\.\\w+\\(.*");

    /** What SCR logs for a component whose constructor throws; the exception's own message is sufficient. */
    private static final String INSTANTIATION = "Error during instantiation of the implementation object";

    private static final Pattern MESSAGE_ONLY =
            Pattern.compile("java\\.(?:lang\\.Illegal(?:State|Argument)|io\\.(?:Unchecked)?IO)Exception: (.+)");

    /** What SCR logs for a component that depends on one that failed. */
    private static final String UNSATISFIED_REFERENCE = "Unable to get service for reference";

    private static final String END = "\n9999-12-31T00:00 END end";
    private static final String FRAMEWORK = "Framework - ";

    private final Path log;
    private final long startOffset;

    StartupErrors(Path log) throws IOException {
        this.log = log;
        this.startOffset = Files.exists(log) ? Files.size(log) : 0;
    }

    /**
     * Returns the first few errors, or an empty list. A log that was rolled over in the meantime is read from its
     * beginning.
     */
    List<String> read() {
        try {
            byte[] bytes = Files.readAllBytes(log);
            int start = bytes.length < startOffset ? 0 : (int) startOffset;
            return parse(new String(bytes, start, bytes.length - start, StandardCharsets.UTF_8));
        } catch (IOException e) {
            return List.of();
        }
    }

    /** Parses log text. Entries of the framework are skipped: they only repeat what the component has logged. */
    static List<String> parse(String text) {
        List<String> errors = new ArrayList<>();
        boolean inError = false;
        String cause = "";
        String setting = "";
        String error = "";
        for (String line : (text + END).lines().flatMap(JsonLine::toText).toList()) {
            Matcher entry = ENTRY.matcher(line);
            Matcher causeLine = CAUSE.matcher(line);
            Matcher settingLine = SETTING.matcher(line);
            if (entry.matches()) {
                if (inError) {
                    errors.add(describe(error, cause, setting));
                }
                error = entry.group(2);
                inError = entry.group(1).equals("ERROR") && !error.startsWith(FRAMEWORK);
                cause = "";
                setting = "";
            } else if (causeLine.matches()) {
                cause = causeLine.group(1);
            } else if (setting.isEmpty() && settingLine.matches()) {
                setting = settingLine.group(1);
            }
        }
        return withoutDependents(errors).stream().distinct().limit(MAX_ERRORS).toList();
    }

    private static String describe(String error, String cause, String setting) {
        Matcher component = COMPONENT.matcher(error);
        if (!setting.isEmpty() && component.matches()) {
            String reason = (cause.isEmpty() ? error : cause).replaceFirst(".*(?:Exception|Error): ", "");
            return "etc/" + component.group(1) + ".cfg - " + setting + " has a value that can't be used: " + reason
                    + ". The comment above it in that file says what can.";
        }
        Matcher message = MESSAGE_ONLY.matcher(cause);
        if (error.contains(INSTANTIATION) && message.matches()) {
            return error.substring(0, Math.max(0, error.indexOf(" - "))) + " - " + message.group(1);
        }
        return cause.isEmpty() ? error : error + ": " + cause;
    }

    private static List<String> withoutDependents(List<String> errors) {
        List<String> rootErrors = errors.stream()
                .filter(error -> !error.contains(UNSATISFIED_REFERENCE))
                .toList();
        return rootErrors.isEmpty() ? errors : rootErrors;
    }
}
