package io.datahub.validators.users;

import io.datahub.api.user.TrustRule;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.xml.sax.Attributes;

/** The values of a trust rule, as they are read. */
final class TrustValues {

    private final String user;
    private final String issuer;
    private final String audience;
    private final Optional<String> jwks;
    private final SortedMap<String, String> claims = new TreeMap<>();

    TrustValues(String user, Attributes attributes) {
        this.user = user;
        this.issuer = value(attributes, "issuer");
        this.audience = value(attributes, "audience");
        this.jwks = Optional.ofNullable(attributes.getValue("jwks"));
    }

    private static String value(Attributes attributes, String name) {
        return Optional.ofNullable(attributes.getValue(name)).orElse("");
    }

    /** Adds a claim, and returns what is wrong with it. */
    Optional<String> claim(Attributes attributes) {
        String name = value(attributes, "name");
        return claims.put(name, value(attributes, "equals")) == null
                ? Optional.empty()
                : Optional.of("the claim " + name + " is there twice; a token has one value of it");
    }

    /**
     * The rule.
     *
     * @throws IllegalArgumentException if it is invalid; the message states why
     */
    TrustRule rule() {
        return new TrustRule(user, issuer, audience, jwks, claims);
    }
}
