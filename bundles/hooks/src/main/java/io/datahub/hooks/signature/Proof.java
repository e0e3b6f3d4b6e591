package io.datahub.hooks.signature;

import io.datahub.api.user.Credentials;
import java.util.Optional;

/**
 * What a request proves about its sender.
 *
 * @param isGenuine whether the sender knows the secret
 * @param reason why not, for the audit log; empty if it does
 * @param token a token of the hub that the request has instead; empty if there is none
 */
public record Proof(boolean isGenuine, String reason, Optional<Credentials> token) {

    static final Proof GENUINE = new Proof(true, "", Optional.empty());

    static Proof refused(String reason) {
        return new Proof(false, reason, Optional.empty());
    }

    static Proof token(Credentials token) {
        return new Proof(false, "", Optional.of(token));
    }
}
