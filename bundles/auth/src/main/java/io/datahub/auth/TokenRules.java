package io.datahub.auth;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.user.Login;
import java.time.Instant;
import java.util.Optional;

/** The rules for the label and the expiry of a new token. */
final class TokenRules {

    private static final int MAX_LABEL = 100;
    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59Z");

    private TokenRules() {}

    /**
     * Validates a requested label and expiry.
     *
     * @return the refusal; empty if they are valid
     */
    static Optional<Refusal> validate(String label, Optional<Instant> expires, Instant now) {
        if (label.codePointCount(0, label.length()) > MAX_LABEL
                || label.codePoints().anyMatch(TokenRules::isInvalid)) {
            return refusal("a label has at most " + MAX_LABEL + " characters and no control characters");
        }
        if (expires.isPresent() && !expires.get().isAfter(now)) {
            return refusal("expires is in the past; set a time in the future, or leave it out");
        }
        if (expires.isPresent() && expires.get().isAfter(LAST)) {
            return refusal("expires is after " + LAST + "; leave it out for a token that doesn't expire");
        }
        return Optional.empty();
    }

    private static boolean isInvalid(int c) {
        return Character.isISOControl(c) || (c >= 0xD800 && c <= 0xDFFF) || c == 0xFFFE || c == 0xFFFF;
    }

    private static Optional<Refusal> refusal(String detail) {
        return Optional.of(new Refusal(Reason.BAD_REQUEST, detail));
    }

    /**
     * The expiry of a new token: unless the actor is an administrator, it can't be later than that of the actor's
     * credential.
     *
     * @param wanted the requested expiry
     */
    static Result<Optional<Instant>> expiry(Login actor, Optional<Instant> wanted) {
        Optional<Instant> latest = actor.user().isAdmin() ? Optional.empty() : actor.expires();
        if (latest.isPresent() && wanted.isPresent() && wanted.get().isAfter(latest.get())) {
            return Result.refused(
                    Reason.FORBIDDEN,
                    "your credential expires at " + latest.get()
                            + ", so a new token can't be valid for longer; an administrator can issue one that is");
        }
        return Result.done(wanted.or(() -> latest));
    }
}
