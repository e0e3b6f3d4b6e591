package io.datahub.jwt;

import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The keys of an issuer (RFC 7517, JWK Set) that can verify a signature. Others are left out: shared secrets, which a
 * public document can't have, keys for encryption, and weak ones.
 *
 * @param keys the keys
 */
record KeySet(List<JWK> keys) {

    private static final int MAX_KEYS = 100;
    private static final int MIN_BITS = 2_048;
    private static final int MAX_BITS = 8_192;

    /** Members that name certificates, here or elsewhere; they are neither needed nor looked at. */
    private static final Set<String> CERTIFICATES = Set.of("x5u", "x5c", "x5t", "x5t#S256");

    /**
     * Reads a JWK Set.
     *
     * @throws IllegalArgumentException if it is none; the message states why
     */
    static KeySet parse(String json) {
        Object listed;
        try {
            listed = JSONObjectUtils.parse(json).get("keys");
        } catch (ParseException e) {
            throw new IllegalArgumentException("it isn't a JSON object", e);
        }
        if (!(listed instanceof List<?> list)) {
            throw new IllegalArgumentException("it has no list of keys");
        }
        List<JWK> usable = new ArrayList<>();
        for (Object each : list) {
            if (each instanceof Map<?, ?> members && usable.size() < MAX_KEYS) {
                add(usable, members);
            }
        }
        return new KeySet(List.copyOf(usable));
    }

    private static void add(List<JWK> usable, Map<?, ?> members) {
        Map<String, Object> known = new HashMap<>();
        members.forEach((name, value) -> known.put(String.valueOf(name), value));
        known.keySet().removeAll(CERTIFICATES);
        try {
            JWK key = JWK.parse(known);
            boolean isUsable =
                    key instanceof ECKey || (key instanceof RSAKey && key.size() >= MIN_BITS && key.size() <= MAX_BITS);
            if (isUsable && (key.getKeyUse() == null || key.getKeyUse().equals(KeyUse.SIGNATURE))) {
                usable.add(key.toPublicJWK());
            }
        } catch (ParseException | RuntimeException e) {
            return; // of a kind that isn't known here, or malformed: the others still count
        }
    }

    /** The keys that may have signed a token. */
    List<JWK> fitting(SignedToken token) {
        return keys.stream().filter(token::fits).toList();
    }
}
