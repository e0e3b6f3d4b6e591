package io.datahub.api.user;

import io.datahub.api.Sha256;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * A rule of the users file by which a user is authenticated by tokens of an external issuer: {@code <trust>}. A token
 * matches if it is valid, its issuer is the rule's, its audience contains the rule's, and each claim of the rule is in
 * the token with exactly that value, or is a list there that contains it.
 *
 * @param user the user
 * @param issuer the issuer's URL, with the scheme {@code https}; compared exactly
 * @param audience the audience
 * @param jwks where the issuer's keys are, if not where the issuer's own metadata say: a URL with the scheme
 *     {@code https}, or the name of a file in the hub's directory {@code etc}
 * @param claims the values that claims must have, by name; at least one other than {@code iss} and {@code aud}
 */
public record TrustRule(
        String user, String issuer, String audience, Optional<String> jwks, SortedMap<String, String> claims) {

    private static final Pattern FILE = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}");
    private static final Set<String> GIVEN = Set.of("iss", "aud");

    /**
     * Creates a rule.
     *
     * @throws IllegalArgumentException if the rule accepts too much or can't be evaluated; the message states why
     */
    public TrustRule {
        require(isHttps(issuer), "the issuer of a trust rule is a URL that begins with https://");
        require(!audience.isBlank(), "a trust rule needs an audience, so that tokens for others aren't accepted");
        require(
                jwks.filter(keys -> !isHttps(keys) && !FILE.matcher(keys).matches())
                        .isEmpty(),
                "jwks is a URL that begins with https://, or the name of a file in the hub's directory etc");
        claims.forEach((name, value) ->
                require(!name.isBlank() && !value.isBlank(), "a claim needs a name and the value that it equals"));
        require(
                !GIVEN.containsAll(claims.keySet()),
                "a trust rule needs a claim other than iss and aud, so that it doesn't accept every token of its "
                        + "issuer");
        claims = Collections.unmodifiableSortedMap(new TreeMap<>(claims));
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }

    private static boolean isHttps(String url) {
        try {
            URI uri = URI.create(url);
            return "https".equals(uri.getScheme()) && uri.getHost() != null && uri.getRawFragment() == null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /**
     * Which tokens it accepts, as a text: equal for rules that accept the same tokens, apart from their keys.
     *
     * @return the text
     */
    public String meaning() {
        StringBuilder text = new StringBuilder();
        append(text, issuer);
        append(text, audience);
        for (Map.Entry<String, String> claim : claims.entrySet()) {
            append(text, claim.getKey());
            append(text, claim.getValue());
        }
        return text.toString();
    }

    /** Each part is preceded by its length, so that no two rules have the same text. */
    private static void append(StringBuilder text, String part) {
        text.append(part.length()).append(':').append(part);
    }

    /**
     * Identifies the rule by its meaning and its keys: the same in each version of the users file that has it.
     *
     * @return 64 digits in lower-case hexadecimal
     */
    public String id() {
        return Sha256.hex((meaning() + jwks.orElse("")).getBytes(StandardCharsets.UTF_8));
    }
}
