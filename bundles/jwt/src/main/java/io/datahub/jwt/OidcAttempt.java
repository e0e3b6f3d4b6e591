package io.datahub.jwt;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * An attempt to sign in, which is bound to one browser: everything that makes it unguessable is derived from a secret that
 * only the browser has, in a cookie. So the hub keeps nothing, and each hub of a cluster can complete it.
 *
 * @param cookie the value of the cookie: when the attempt began, in seconds, and the secret
 */
record OidcAttempt(String cookie) {

    /** How long somebody may take at the issuer. */
    static final Duration LIFETIME = Duration.ofMinutes(10);

    /** How far the clocks of the hubs of a cluster may differ, in seconds. */
    private static final int CLOCK_SKEW = 60;

    private static final Pattern FORM = Pattern.compile("[0-9]{1,12}\\.[A-Za-z0-9_-]{43}");
    private static final int SECRET_BYTES = 32;
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

    static OidcAttempt begin(Instant now) {
        byte[] secret = new byte[SECRET_BYTES];
        RANDOM.nextBytes(secret);
        return new OidcAttempt(now.getEpochSecond() + "." + BASE64.encodeToString(secret));
    }

    /** The attempt of a cookie; empty if it is malformed or too old. */
    static Optional<OidcAttempt> of(String cookie, Instant now) {
        if (!FORM.matcher(cookie).matches()) {
            return Optional.empty();
        }
        long age = now.getEpochSecond() - Long.parseLong(cookie.substring(0, cookie.indexOf('.')));
        return age >= -CLOCK_SKEW && age <= LIFETIME.toSeconds()
                ? Optional.of(new OidcAttempt(cookie))
                : Optional.empty();
    }

    /** Binds the issuer's answer to the browser (RFC 6749, 10.12). */
    String state() {
        return derived("state");
    }

    /** Binds the token to the attempt (OpenID Connect Core 1.0, 3.1.2.1). */
    String nonce() {
        return derived("nonce");
    }

    /** Proves to the issuer that the code is redeemed by whoever has asked for it (RFC 7636). */
    String verifier() {
        return derived("verifier");
    }

    String challenge() {
        return BASE64.encodeToString(sha256(verifier()));
    }

    /** Whether a state is this one; takes the same time for each. */
    boolean hasState(String presented) {
        return MessageDigest.isEqual(
                state().getBytes(StandardCharsets.US_ASCII), presented.getBytes(StandardCharsets.UTF_8));
    }

    private String derived(String purpose) {
        return BASE64.encodeToString(sha256(purpose + " " + cookie));
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** The cookie, which is a secret, is left out. */
    @Override
    public String toString() {
        return "attempt to sign in";
    }
}
