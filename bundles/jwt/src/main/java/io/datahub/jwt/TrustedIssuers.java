package io.datahub.jwt;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.user.TrustRule;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The trust rules of one version of the users file, by issuer. Immutable. */
final class TrustedIssuers {

    private final Map<String, List<TrustRule>> byIssuer;
    private final int clockSkewSeconds;

    TrustedIssuers(List<TrustRule> rules, int clockSkewSeconds) {
        byIssuer = rules.stream().collect(Collectors.groupingBy(TrustRule::issuer));
        this.clockSkewSeconds = clockSkewSeconds;
    }

    /**
     * Finds the rule that a JWT matches, provided that its signature is valid: the one with the most claims, since that
     * says most precisely who is meant.
     *
     * @param user the user whom the client claims to be, if it does
     * @return the rule, or why there is none
     */
    Result<TrustRule> match(Claims claims, Optional<String> user, Instant now) {
        List<TrustRule> ofIssuer = byIssuer.getOrDefault(claims.text("iss").orElse(""), List.of());
        if (ofIssuer.isEmpty()) {
            return refused("no trust rule has its issuer");
        }
        Optional<Instant> expires = claims.time("exp");
        if (expires.isEmpty() || !now.isBefore(end(expires.get()))) {
            return refused("it has expired, or doesn't say when it does");
        }
        Instant latestBegin = now.plusSeconds(clockSkewSeconds);
        if (claims.time("nbf").filter(latestBegin::isBefore).isPresent()
                || claims.time("iat").filter(latestBegin::isBefore).isPresent()) {
            return refused("it isn't valid yet");
        }
        List<TrustRule> forAudience = ofIssuer.stream()
                .filter(rule -> claims.audience().contains(rule.audience()))
                .toList();
        if (forAudience.isEmpty()) {
            return refused("it isn't for the audience of a trust rule");
        }
        List<TrustRule> matching = forAudience.stream()
                .filter(rule -> user.filter(name -> !name.equals(rule.user())).isEmpty())
                .filter(rule -> hasClaims(claims, rule))
                .sorted(Comparator.comparing((TrustRule rule) -> rule.claims().size())
                        .reversed())
                .toList();
        if (matching.isEmpty()) {
            return refused("it doesn't have the claims of a trust rule");
        }
        TrustRule first = matching.get(0);
        boolean isAmbiguous = matching.stream()
                .anyMatch(rule -> rule.claims().size() == first.claims().size()
                        && !rule.user().equals(first.user()));
        return isAmbiguous ? refused("it matches trust rules of several users") : Result.done(first);
    }

    private static boolean hasClaims(Claims claims, TrustRule rule) {
        return rule.claims().entrySet().stream()
                .allMatch(required -> claims.has(required.getKey(), required.getValue()));
    }

    /** When a login by a token ends that expires at this time. */
    Instant end(Instant expires) {
        return expires.isAfter(Instant.MAX.minusSeconds(clockSkewSeconds))
                ? Instant.MAX
                : expires.plusSeconds(clockSkewSeconds);
    }

    private static Result<TrustRule> refused(String detail) {
        return Result.refused(Reason.UNAUTHENTICATED, detail);
    }
}
