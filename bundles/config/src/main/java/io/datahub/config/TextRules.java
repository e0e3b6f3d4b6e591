package io.datahub.config;

import io.datahub.api.user.Networks;
import io.datahub.api.validation.PathPattern;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** Syntax rules for values that the metatype can't describe: lists whose items have a syntax of their own. */
final class TextRules {

    private static final Pattern SEPARATORS = Pattern.compile("[,\n]");
    private static final String VALIDATORS = "io.datahub.validator.";

    private static final Form NETWORKS =
            new Form("addresses and networks separated by commas, such as 127.0.0.1, 10.0.0.0/8, fd00::/8", item -> {
                try {
                    return new Networks(item) != null;
                } catch (IllegalArgumentException e) {
                    return false;
                }
            });
    private static final Form PATHS = new Form("patterns of paths separated by commas, such as builds/**", item -> {
        try {
            return PathPattern.of(item) != null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    });
    private static final Map<String, Form> FORMS = Map.of(
            "io.datahub.jetty proxies",
            NETWORKS,
            "io.datahub.zeromq proxies",
            NETWORKS,
            "io.datahub.store quotas",
            form(
                    "PREFIX: or @USER: and how much, separated by commas, such as builds/: 100 GiB 10000 files",
                    ".+:(?=\\s*[0-9])\\s*(?:[0-9]{1,18}\\s*(?:KiB|MiB|GiB|TiB|B)?)?\\s*(?:\\b[0-9]{1,18}\\s*files)?"),
            "io.datahub.store keepDays",
            form(
                    "PREFIX: DAYS, separated by commas, such as builds/nightly/: 30",
                    ".+:\\s*[0-9]{1,6}(?:\\.[0-9]{1,9})?"),
            "io.datahub.store require",
            form("NAME: PATTERN, separated by commas, such as xsd: orders/**", "[^:]*[^:\\s][^:]*:.*\\S.*"));

    private TextRules() {}

    /**
     * The syntax of the items of a list.
     *
     * @param allowed a description of the syntax for error messages
     * @param isValid whether an item is valid
     */
    private record Form(String allowed, Predicate<String> isValid) {}

    private static Form form(String allowed, String pattern) {
        return new Form(allowed, Pattern.compile(pattern, Pattern.DOTALL).asMatchPredicate());
    }

    /** Returns a description of the allowed values if the value is invalid, otherwise null. */
    static String violation(String pid, String key, String value) {
        boolean isPaths = pid.startsWith(VALIDATORS) && key.equals("paths");
        Form form = isPaths ? PATHS : FORMS.get(pid + " " + key);
        boolean isAllowed = form == null
                || Arrays.stream(SEPARATORS.split(value))
                        .map(String::strip)
                        .filter(item -> !item.isEmpty())
                        .allMatch(form.isValid());
        return isAllowed ? null : form.allowed();
    }
}
