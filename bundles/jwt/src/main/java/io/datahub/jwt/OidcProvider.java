package io.datahub.jwt;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * The issuer that people sign in at: where it is, and what it answers. What it says about itself is fetched when it is
 * needed, and used for an hour. Thread-safe; never blocks.
 */
final class OidcProvider {

    private static final long MAX_AGE_NANOS = TimeUnit.HOURS.toNanos(1);

    private final OidcSettings settings;
    private final IssuerClient client;
    private final LongSupplier nanoTime;
    private Metadata metadata; // null before the first; guarded by this
    private long fetched; // guarded by this

    OidcProvider(OidcSettings settings, IssuerClient client, LongSupplier nanoTime) {
        this.settings = settings;
        this.client = client;
        this.nanoTime = nanoTime;
    }

    /**
     * What the issuer says about itself (OpenID Connect Discovery 1.0, RFC 8414).
     *
     * @param authorization where browsers are sent to
     * @param token where codes are exchanged
     * @param takesSecretInBody whether it takes the hub's secret as a parameter only
     * @param namesItself whether its answers have the parameter {@code iss} (RFC 9207)
     */
    record Metadata(URI authorization, URI token, boolean takesSecretInBody, boolean namesItself) {}

    CompletionStage<Metadata> metadata() {
        synchronized (this) {
            if (metadata != null && nanoTime.getAsLong() - fetched < MAX_AGE_NANOS) {
                return CompletableFuture.completedFuture(metadata);
            }
        }
        return client.get(URI.create(settings.issuer().replaceFirst("/$", "") + PublishedKeys.METADATA))
                .thenApply(this::parsed);
    }

    private Metadata parsed(String text) {
        Map<String, Object> members = object(text);
        if (!settings.issuer().equals(members.get("issuer"))) {
            throw new IllegalArgumentException("the metadata are those of another issuer");
        }
        boolean hasBasic = !(members.get("token_endpoint_auth_methods_supported") instanceof List<?> methods)
                || methods.contains("client_secret_basic")
                || !methods.contains("client_secret_post");
        Metadata found = new Metadata(
                endpoint(members, "authorization_endpoint"),
                endpoint(members, "token_endpoint"),
                !hasBasic,
                Boolean.TRUE.equals(members.get("authorization_response_iss_parameter_supported")));
        synchronized (this) {
            metadata = found;
            fetched = nanoTime.getAsLong();
        }
        return found;
    }

    private static URI endpoint(Map<String, Object> members, String name) {
        URI endpoint = URI.create(String.valueOf(members.get(name)));
        if (!OidcSettings.isHttps(endpoint) || endpoint.getRawFragment() != null) {
            throw new IllegalArgumentException("the metadata name no " + name + " that begins with https://");
        }
        return endpoint;
    }

    private static Map<String, Object> object(String text) {
        try {
            return JSONObjectUtils.parse(text);
        } catch (ParseException e) {
            throw new IllegalArgumentException("the issuer's answer isn't a JSON object", e);
        }
    }

    /** Where a browser is sent to, so that somebody signs in at the issuer. */
    CompletionStage<String> authorization(OidcAttempt attempt) {
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("response_type", "code");
        parameters.put("client_id", settings.clientId());
        parameters.put("redirect_uri", settings.redirectUri().toString());
        parameters.put("scope", settings.scope());
        parameters.put("state", attempt.state());
        parameters.put("nonce", attempt.nonce());
        parameters.put("code_challenge", attempt.challenge());
        parameters.put("code_challenge_method", "S256");
        return metadata()
                .thenApply(found -> found.authorization()
                        + (found.authorization().getRawQuery() == null ? "?" : "&")
                        + encoded(parameters));
    }

    /**
     * Exchanges a code for the token that says who has signed in (OpenID Connect Core 1.0, 3.1.3).
     *
     * @return the token in its compact form, of which only the issuer, audience and nonce have been compared, and not the
     *     signature; fails with {@link IllegalArgumentException} if the issuer refuses the code, or the token isn't meant
     *     for this attempt
     */
    CompletionStage<String> token(OidcAttempt attempt, String code) {
        return metadata().thenCompose(found -> redeem(found, attempt, code)).thenApply(answer -> {
            Object token = object(answer).get("id_token");
            if (!(token instanceof String compact)) {
                throw new IllegalArgumentException("the issuer has sent no ID token");
            }
            check(SignedToken.parse(compact).claims(), attempt);
            return compact;
        });
    }

    private CompletionStage<String> redeem(Metadata found, OidcAttempt attempt, String code) {
        Map<String, String> form = new LinkedHashMap<>();
        form.put("grant_type", "authorization_code");
        form.put("code", code);
        form.put("redirect_uri", settings.redirectUri().toString());
        form.put("code_verifier", attempt.verifier());
        Optional<String> authorization = Optional.empty();
        try {
            Optional<String> secret = settings.secret();
            if (secret.isPresent() && !found.takesSecretInBody()) {
                String pair = encoded(settings.clientId()) + ":" + encoded(secret.get());
                authorization = Optional.of(
                        "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.US_ASCII)));
            } else {
                form.put("client_id", settings.clientId());
                secret.ifPresent(text -> form.put("client_secret", text));
            }
        } catch (IOException e) {
            return CompletableFuture.failedFuture(new IllegalStateException("the secret can't be read: " + e, e));
        }
        return client.post(found.token(), encoded(form), authorization);
    }

    /** What the signature doesn't say (OpenID Connect Core 1.0, 3.1.3.7): whether it was made by and for those meant here. */
    private void check(Claims claims, OidcAttempt attempt) {
        require(claims.text("iss").filter(settings.issuer()::equals).isPresent(), "the ID token is of another issuer");
        require(claims.audience().contains(settings.clientId()), "the ID token is for another client");
        Optional<String> party = claims.text("azp");
        require(
                party.isPresent()
                        ? party.get().equals(settings.clientId())
                        : claims.audience().size() == 1,
                "the ID token was given to another client");
        require(
                claims.text("nonce").filter(attempt.nonce()::equals).isPresent(),
                "the ID token is of another attempt to sign in");
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }

    private static String encoded(Map<String, String> parameters) {
        return parameters.entrySet().stream()
                .map(parameter -> parameter.getKey() + "=" + encoded(parameter.getValue()))
                .collect(Collectors.joining("&"));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
