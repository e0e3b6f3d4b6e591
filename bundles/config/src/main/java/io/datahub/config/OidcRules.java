package io.datahub.config;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Rules for the file of the sign-in by OpenID Connect: with an issuer, other keys are required. */
final class OidcRules {

    private static final String PID = "io.datahub.oidc";
    private static final String CALLBACK = "/session/oidc/callback";
    private static final String DEFAULT_SCOPE = "openid";
    private static final Pattern SCOPE = Pattern.compile("(?s)(?:.*[\\s,])?openid(?:[\\s,].*)?");
    private static final Pattern LOOPBACK = Pattern.compile("localhost|127\\.[0-9.]+|\\[::1]");

    private OidcRules() {}

    static List<FileProblem> problems(CfgFile file) {
        List<FileProblem> problems = new ArrayList<>();
        String issuer = value(file, "issuer", "");
        if (!Pid.of(file.name()).base().equals(PID) || issuer.isEmpty()) {
            return problems;
        }
        if (!isHttps(url(issuer))) {
            problems.add(problem(file, "issuer", "a URL that begins with https://"));
        }
        if (value(file, "clientId", "").isEmpty()) {
            problems.add(problem(file, "clientId", "the ID that the issuer has given to the hub"));
        }
        if (!isCallback(url(value(file, "redirectUri", "")))) {
            problems.add(problem(file, "redirectUri", "https://HOST" + CALLBACK + ", or http on a loopback address"));
        }
        if (!SCOPE.matcher(value(file, "scope", DEFAULT_SCOPE)).matches()) {
            problems.add(problem(file, "scope", "a list with openid"));
        }
        return problems;
    }

    private static String value(CfgFile file, String key, String defaultValue) {
        return file.values().getOrDefault(key, defaultValue).strip();
    }

    private static FileProblem problem(CfgFile file, String key, String allowed) {
        return new FileProblem(
                file.name(), key, "\"" + value(file, key, "") + "\" isn't allowed: must be " + allowed, true);
    }

    private static boolean isCallback(URI url) {
        boolean isLoopback = "http".equals(url.getScheme())
                && url.getHost() != null
                && LOOPBACK.matcher(url.getHost()).matches();
        return (isHttps(url) || isLoopback)
                && url.getRawQuery() == null
                && url.getRawFragment() == null
                && url.getPath().endsWith(CALLBACK);
    }

    private static boolean isHttps(URI url) {
        return "https".equals(url.getScheme()) && url.getHost() != null && url.getRawUserInfo() == null;
    }

    private static URI url(String text) {
        try {
            return URI.create(text);
        } catch (IllegalArgumentException e) {
            return URI.create("");
        }
    }
}
