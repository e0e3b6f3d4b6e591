package io.datahub.hooks.artifact;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Which paths are artifacts, and what they are called. Immutable. */
final class ArtifactRule {

    private static final Pattern NAME = Pattern.compile("\\{([a-z][a-z0-9]*)}");
    private static final Set<String> OF_THE_RECORD = Set.of("sha256", "url", "path");

    private final Set<String> names = new TreeSet<>();
    private final String prefix;
    private final Pattern path;
    private final String purl;

    /** @throws IllegalArgumentException if one of them is malformed; the message names the key */
    ArtifactRule(String path, String purl) {
        StringBuilder expression = new StringBuilder();
        Matcher matcher = NAME.matcher(path);
        int end = 0;
        while (matcher.find()) {
            appendLiteral(expression, path.substring(end, matcher.start()));
            if (!names.add(matcher.group(1)) || OF_THE_RECORD.contains(matcher.group(1))) {
                throw new IllegalArgumentException(
                        "path has {" + matcher.group(1) + "} twice, or it is the name of something else");
            }
            expression.append("(?<").append(matcher.group(1)).append(">[^/]+)");
            end = matcher.end();
        }
        appendLiteral(expression, path.substring(end));
        prefix = path.replaceFirst("[{*].*$", "");
        this.path = Pattern.compile(expression.toString());
        this.purl = purl;
        if (path.isBlank() || path.startsWith("/")) {
            throw new IllegalArgumentException("path must be a path such as builds/{project}/{version}/{file}");
        }
        Matcher used = NAME.matcher(purl);
        while (used.find()) {
            if (!names.contains(used.group(1)) && !OF_THE_RECORD.contains(used.group(1))) {
                throw new IllegalArgumentException("purl has {" + used.group(1) + "}, which path doesn't have");
            }
        }
        if (!purl.startsWith("pkg:")) {
            throw new IllegalArgumentException("purl must begin with pkg:");
        }
    }

    private static void appendLiteral(StringBuilder expression, String text) {
        for (String part : text.split("(?=\\*)|(?<=\\*)", -1)) {
            expression.append(part.equals("*") ? "[^/]*" : part.isEmpty() ? "" : Pattern.quote(part));
        }
    }

    /** What all its paths begin with. */
    String prefix() {
        return prefix;
    }

    /**
     * The package URL of a record; empty if it is no artifact.
     *
     * @param sha256 its SHA-256; empty if it is unknown, as is the URL: the qualifiers with it are left out then
     */
    Optional<String> purl(String record, String sha256, String url) {
        Matcher matcher = path.matcher(record);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        Map<String, String> values = new TreeMap<>(Map.of("sha256", sha256, "url", url, "path", record));
        names.forEach(name -> values.put(name, matcher.group(name)));
        int question = purl.indexOf('?');
        String qualifiers = question < 0
                ? ""
                : Arrays.stream(purl.substring(question + 1).split("&", -1))
                        .filter(qualifier -> isKnown(qualifier, values))
                        .collect(Collectors.joining("&"));
        String template =
                question < 0 ? purl : purl.substring(0, question) + (qualifiers.isEmpty() ? "" : "?" + qualifiers);
        return Optional.of(NAME.matcher(template)
                .replaceAll(found ->
                        Matcher.quoteReplacement(URLEncoder.encode(values.get(found.group(1)), StandardCharsets.UTF_8)
                                .replace("+", "%20"))));
    }

    /** Whether everything is known that a qualifier names. */
    private static boolean isKnown(String qualifier, Map<String, String> values) {
        return NAME.matcher(qualifier)
                .results()
                .noneMatch(found -> values.get(found.group(1)).isEmpty());
    }
}
