package io.datahub.config;

import io.datahub.api.path.RecordPath;
import io.datahub.api.path.RecordUrls;
import io.datahub.api.user.Networks;
import io.datahub.api.validation.PathPattern;
import java.net.URI;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Syntax rules for values that the metatype can't describe: URLs, and lists whose items have a syntax of their own. */
final class TextRules {

    private static final Pattern SEPARATORS = Pattern.compile("[,\n]");
    private static final String VALIDATORS = "io.datahub.validator.";

    private static final Form NETWORKS =
            list("addresses and networks separated by commas, such as 127.0.0.1, 10.0.0.0/8, fd00::/8", Networks::new);
    private static final Form PATHS = list("patterns of paths separated by commas, such as builds/**", PathPattern::of);
    private static final Form DIRECTORIES =
            list("paths of directories separated by commas, such as npm/; / is everything", TextRules::directory);
    private static final Form HOST_NAMES = form(
            "host names separated by commas, such as hub.example.org, without https:// and port",
            "(?i)[a-z0-9_-]{1,63}(?:\\.[a-z0-9_-]{1,63})*\\.?");
    private static final Map<String, Form> HTTP_FORMS = Map.of(
            "io.datahub.http encodedSlashPaths",
            DIRECTORIES,
            "io.datahub.http accelLocation",
            matching("a path such as /served/, or empty", "(?:/\\S*)?"),
            "io.datahub.jetty hostNames",
            HOST_NAMES,
            "io.datahub.uploads directory",
            new Form(
                    "the path of a directory, such as inbox/{user}/",
                    value -> parses(value.strip().replace("{user}", "u"), TextRules::directory)));
    private static final Map<String, Form> HISTORY_FORMS = Map.of(
            "io.datahub.history keep",
            new Form(
                    "PREFIX: AGE, SIZE, separated by semicolons, such as build.: 7d, 1 GiB; dev.: 30d, with each prefix"
                            + " once, an age from 1s to 1000000d, and a size from 1 MiB to 500000 TiB",
                    KeptTopicRules::isKeep),
            "io.datahub.history last",
            new Form(
                    "PREFIX: COUNT topics, SIZE, separated by semicolons, such as status.: 100000 topics, 1 GiB, with each"
                            + " prefix once, and a size from 1 MiB to 500000 TiB",
                    KeptTopicRules::isLast),
            "io.datahub.history deduplicate",
            new Form(
                    "PREFIX: TIME, from 1s to 7d, separated by semicolons, such as build.: 10m, with each prefix once",
                    KeptTopicRules::isDeduplicate),
            "io.datahub.history flush",
            new Form(
                    "always, or milliseconds from 1 to 60000",
                    value -> value.equals("always")
                            || (value.matches("[1-9][0-9]{0,4}") && Integer.parseInt(value) <= 60_000)));

    private static final String TARGET = "an http or https URL with a host, without credentials and fragment";
    private static final Map<String, Form> HOOK_FORMS = Map.of(
            "io.datahub.hook kind",
            matching(
                    "github, gitlab, gitea, jenkins, teamcity, buildbot, standard, cloudevents, or the kind of an installed"
                            + " translator: lower-case letters, digits and hyphens",
                    "\\s*[a-z0-9-]{1,32}\\s*"),
            "io.datahub.webhook url",
            new Form(TARGET, value -> parses(value, TextRules::target)),
            "io.datahub.webhook kind",
            matching(
                    "structured (or standard, cloudevents), binary, slack, mattermost or teams",
                    "(?i)\\s*(?:structured|standard|cloudevents|binary|slack|mattermost|teams)?\\s*"),
            "io.datahub.artifact path",
            matching("a path such as builds/{project}/{version}/{file}", "\\s*[^/\\s].*"),
            "io.datahub.artifact purl",
            matching("a package URL, which begins with pkg:", "\\s*pkg:.*"));

    private static final Set<String> ORIGINS = Set.of("io.datahub.jetty origins", "io.datahub.websocket origins");
    private static final Pattern ORIGIN =
            Pattern.compile("(?i)\\*|[a-z][a-z0-9+.-]*://(?:\\[[0-9a-f:.]+]|[^\\s/?#@:\\[\\]\\\\]*)(?::[0-9]{1,5})?/?");

    /** Values that may contain a secret, which logs don't show. */
    private static final Set<String> SECRETS = Set.of("io.datahub.webhook url");

    private static final Map<String, Form> FORMS = Map.of(
            "io.datahub.jetty proxies",
            NETWORKS,
            "io.datahub.zeromq proxies",
            NETWORKS,
            "io.datahub.ssh proxies",
            NETWORKS,
            "io.datahub.store publicUrl",
            new Form(RecordUrls.ALLOWED, value -> parses(value, RecordUrls::of)),
            "io.datahub.store source",
            new Form("a URI reference, such as /datahub", value -> !value.isEmpty() && parses(value, URI::create)),
            "io.datahub.store quotas",
            form(
                    "PREFIX: or @USER: and how much, separated by commas, such as builds/: 100 GiB 10000 files",
                    ".+:(?=\\s*[0-9])\\s*(?:[0-9]{1,18}\\s*(?:KiB|MiB|GiB|TiB|B)?)?\\s*(?:\\b[0-9]{1,18}\\s*files)?"),
            "io.datahub.store keepDays",
            form(
                    "PREFIX: DAYS, separated by commas, such as builds/nightly/: 30, with more than 0 days",
                    ".+:\\s*(?=.*[1-9])[0-9]{1,6}(?:\\.[0-9]{1,9})?"),
            "io.datahub.broker slowSubscriberTimeoutMillis",
            form(
                    "TRANSPORT: MILLISECONDS, separated by commas, such as http: 10000, websocket: 10000",
                    "[^:]*[^:\\s][^:]*:\\s*[0-9]{1,15}"),
            "io.datahub.store require",
            form("NAME: PATTERN, separated by commas, such as xsd: orders/**", "[^:]*[^:\\s][^:]*:.*\\S.*"));

    private static final Map<String, Form> ALL_FORMS = Stream.of(FORMS, HTTP_FORMS, HISTORY_FORMS, HOOK_FORMS)
            .flatMap(forms -> forms.entrySet().stream())
            .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));

    private TextRules() {}

    /**
     * The syntax of a value.
     *
     * @param allowed a description of the syntax for error messages
     * @param isValid whether a value is valid
     */
    private record Form(String allowed, Predicate<String> isValid) {}

    private static Form form(String allowed, String pattern) {
        return listOf(allowed, Pattern.compile(pattern, Pattern.DOTALL).asMatchPredicate());
    }

    private static Form matching(String allowed, String pattern) {
        return new Form(allowed, Pattern.compile(pattern, Pattern.DOTALL).asMatchPredicate());
    }

    private static URI target(String text) {
        URI url = URI.create(text.strip());
        String scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
        if ((!scheme.equals("http") && !scheme.equals("https"))
                || url.getHost() == null
                || url.getRawUserInfo() != null
                || url.getRawFragment() != null) {
            throw new IllegalArgumentException(TARGET);
        }
        return url;
    }

    /** The directory with this path, with or without a slash at its end. */
    private static RecordPath directory(String text) {
        return RecordPath.of(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
    }

    /** A list of items that a parser throws {@link IllegalArgumentException} for if they are invalid. */
    private static Form list(String allowed, Function<String, ?> parser) {
        return listOf(allowed, item -> parses(item, parser));
    }

    private static Form listOf(String allowed, Predicate<String> isItem) {
        return new Form(
                allowed,
                value -> Arrays.stream(SEPARATORS.split(value))
                        .map(String::strip)
                        .filter(item -> !item.isEmpty())
                        .allMatch(isItem));
    }

    private static boolean parses(String value, Function<String, ?> parser) {
        try {
            return parser.apply(value) != null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Returns a description of the allowed values if the value is invalid, otherwise null. */
    static String violation(String pid, String key, String value) {
        boolean isPaths = pid.startsWith(VALIDATORS) && key.equals("paths");
        Form form = isPaths ? PATHS : ALL_FORMS.get(pid + " " + key);
        return form == null || form.isValid().test(value) ? null : form.allowed();
    }

    /** Returns what of a valid value is ignored, and what is allowed, otherwise null. */
    static String ignored(String pid, String key, String value) {
        return ORIGINS.contains(pid + " " + key)
                ? Arrays.stream(SEPARATORS.split(value))
                        .map(String::strip)
                        .filter(item -> !item.isEmpty() && !ORIGIN.matcher(item).matches())
                        .findFirst()
                        .map(
                                item -> '"' + item
                                        + "\" is ignored: must be an origin, such as https://ci.example.org or http://10.0.0.1:8080, or *")
                        .orElse(null)
                : null;
    }

    /** A value as messages show it. */
    static String shown(String pid, String key, String value) {
        return SECRETS.contains(pid + " " + key) ? "the value" : '"' + value + '"';
    }
}
