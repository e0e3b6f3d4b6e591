package io.datahub.jwt;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.net.URI;
import java.text.ParseException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Keys that an issuer publishes: at a given address, or at the one that its metadata name (OpenID Connect Discovery 1.0,
 * section 4).
 *
 * @param issuer the issuer's URL
 * @param address where its keys are; empty if its metadata say so
 */
record PublishedKeys(IssuerClient client, String issuer, Optional<String> address) implements KeySource {

    static final String METADATA = "/.well-known/openid-configuration";

    @Override
    public CompletionStage<KeySet> fetch() {
        return address.map(url -> client.get(URI.create(url)))
                .orElseGet(() -> client.get(URI.create(issuer.replaceFirst("/$", "") + METADATA))
                        .thenCompose(metadata -> client.get(keys(metadata))))
                .thenApply(KeySet::parse);
    }

    private URI keys(String metadata) {
        Map<String, Object> members;
        try {
            members = JSONObjectUtils.parse(metadata);
        } catch (ParseException e) {
            throw new IllegalArgumentException("the issuer's metadata aren't a JSON object", e);
        }
        if (!issuer.equals(members.get("issuer"))) {
            throw new IllegalArgumentException("the metadata are those of another issuer");
        }
        URI keys = URI.create(String.valueOf(members.get("jwks_uri")));
        if (!"https".equals(keys.getScheme())) {
            throw new IllegalArgumentException("the metadata name no address of keys that begins with https://");
        }
        return keys;
    }
}
