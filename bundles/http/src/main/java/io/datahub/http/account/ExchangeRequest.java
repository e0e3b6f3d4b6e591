package io.datahub.http.account;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.user.Credentials;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A request to exchange a token (RFC 8693, 2.1). */
final class ExchangeRequest {

    /** The maximum size of a request: the longest token and the other parameters. */
    static final int MAX_BYTES = Credentials.ExternalToken.MAX_BYTES + 4_096;

    static final String ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";

    private static final String GRANT = "urn:ietf:params:oauth:grant-type:token-exchange";
    private static final Set<String> JWTS =
            Set.of("urn:ietf:params:oauth:token-type:jwt", "urn:ietf:params:oauth:token-type:id_token");

    private ExchangeRequest() {}

    /**
     * Reads the token to exchange from a form, or a JSON object with the same names.
     *
     * @return the token, not verified yet; or the refusal
     */
    static Result<Credentials.ExternalToken> parse(byte[] body, String contentType) {
        boolean isForm = contentType.startsWith("application/x-www-form-urlencoded");
        return (isForm ? TokenRequest.form(new String(body, StandardCharsets.UTF_8)) : json(body))
                .then(ExchangeRequest::of);
    }

    private static Result<Map<String, String>> json(byte[] body) {
        return JsonValues.object(body).then(fields -> {
            Map<String, String> texts = new HashMap<>();
            fields.forEach((name, value) -> {
                if (value instanceof String text) {
                    texts.put(name, text);
                }
            });
            return Result.done(texts);
        });
    }

    private static Result<Credentials.ExternalToken> of(Map<String, String> fields) {
        if (!GRANT.equals(fields.get("grant_type"))) {
            return refuse("grant_type must be " + GRANT);
        }
        if (!JWTS.contains(fields.getOrDefault("subject_token_type", ""))) {
            return refuse("subject_token_type must be urn:ietf:params:oauth:token-type:jwt");
        }
        if (!ACCESS_TOKEN.equals(fields.getOrDefault("requested_token_type", ACCESS_TOKEN))) {
            return refuse("requested_token_type must be " + ACCESS_TOKEN + ", or left out");
        }
        if (fields.containsKey("actor_token") || fields.containsKey("scope")) {
            return refuse("actor_token and scope aren't supported; the new token has the grants of its user");
        }
        String token = fields.getOrDefault("subject_token", "");
        return Credentials.ExternalToken.of(Optional.empty(), token.getBytes(StandardCharsets.UTF_8))
                .map(Result::done)
                .orElseGet(() -> refuse("subject_token must be a signed JWT of at most "
                        + Credentials.ExternalToken.MAX_BYTES + " bytes"));
    }

    private static Result<Credentials.ExternalToken> refuse(String detail) {
        return Result.refused(Reason.BAD_REQUEST, detail);
    }
}
