package io.datahub.ssh.rsync;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Parses the command that an rsync client sends: {@code rsync --server [--sender] OPTIONS . PATHS}. Nothing is started
 * for one that is refused.
 */
final class RequestParser {

    private static final int MAX_OPTIONS = 100;
    private static final int MAX_PATHS = 1_000;
    private static final int MAX_LETTERS = 64;

    /** The letters of short options, and after {@code e} the client's protocol version and abilities. */
    private static final Pattern LETTERS = Pattern.compile("-([A-Za-df-z]*)(e[0-9]*\\.[A-Za-z]*)?");

    private static final Pattern BLOCK_SIZE = Pattern.compile("-B[0-9]{1,9}");
    private static final Pattern NANOSECONDS = Pattern.compile("-@-?[0-9]{1,4}");

    private final List<String> options = new ArrayList<>();
    private final StringBuilder letters = new StringBuilder();
    private boolean sends;

    private RequestParser() {}

    /**
     * Parses a command.
     *
     * @param words the command, split; the first is {@code rsync}, or a path that ends so
     * @return the request, or a refusal that names the option
     */
    static Result<RsyncRequest> parse(List<String> words) {
        if (words.size() < 2 || !words.get(1).equals("--server")) {
            return refused(
                    "rsync runs here only as the other side of a client: rsync -e 'ssh -p PORT' FILES HOST:PATH");
        }
        return new RequestParser().parseArguments(words.subList(2, words.size()));
    }

    private Result<RsyncRequest> parseArguments(List<String> words) {
        int end = words.indexOf(".");
        List<String> given = end < 0 ? words : words.subList(0, end);
        if (given.size() > MAX_OPTIONS) {
            return refused("the command has more than " + MAX_OPTIONS + " options");
        }
        for (String word : given) {
            String fault = word.startsWith("--") ? faultOfWord(word) : faultOfLetters(word);
            if (fault != null) {
                return refused(fault);
            }
        }
        if (end < 0 || end + 1 == words.size()) {
            return refused("the command names no path; use rsync 3.2.4 or newer, without --secluded-args");
        }
        List<String> paths = words.subList(end + 1, words.size());
        if (paths.size() > (sends ? MAX_PATHS : 1)) {
            return refused("the command has " + paths.size() + " paths; allowed are "
                    + (sends ? MAX_PATHS : "one, without blanks that aren't escaped"));
        }
        return Result.done(new RsyncRequest(sends, letters.toString(), options, paths));
    }

    private String faultOfWord(String word) {
        if (word.equals("--sender")) {
            sends = true;
            return null;
        }
        return switch (OptionRules.ofWord(word)) {
            case PASS -> {
                options.add(word);
                yield null;
            }
            case DROP -> null;
            case REFUSE -> OptionRules.reason(word);
        };
    }

    private String faultOfLetters(String word) {
        if (BLOCK_SIZE.matcher(word).matches() || NANOSECONDS.matcher(word).matches()) {
            options.add(word);
            return null;
        }
        var parts = LETTERS.matcher(word);
        if (!parts.matches() || word.length() > MAX_LETTERS) {
            return "the hub doesn't understand the option " + shortened(word);
        }
        StringBuilder passed = new StringBuilder("-");
        String given = parts.group(1);
        for (int i = 0; i < given.length(); i++) {
            char letter = given.charAt(i);
            switch (OptionRules.ofLetter(letter)) {
                case PASS -> passed.append(letter);
                case DROP -> {
                    // means nothing here
                }
                case REFUSE -> {
                    return OptionRules.reason(letter);
                }
            }
        }
        letters.append(passed);
        if (parts.group(2) != null) {
            passed.append(parts.group(2));
        }
        if (passed.length() > 1) {
            options.add(passed.toString());
        }
        return null;
    }

    private static String shortened(String word) {
        return word.length() <= MAX_LETTERS ? word : word.substring(0, MAX_LETTERS) + "…";
    }

    private static Result<RsyncRequest> refused(String detail) {
        return Result.refused(Reason.BAD_REQUEST, detail);
    }
}
