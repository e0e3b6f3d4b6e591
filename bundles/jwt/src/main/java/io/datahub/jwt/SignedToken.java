package io.datahub.jwt;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A JWT in its compact form, whose signature isn't verified yet. Keys come from the issuer alone: whatever the header says
 * about keys, apart from the name of one, is ignored.
 *
 * @param header the members of the header
 * @param claims the claims
 * @param algorithm the algorithm of the signature, an allowed one
 * @param signed what is signed
 * @param signature the signature
 */
record SignedToken(Claims header, Claims claims, JWSAlgorithm algorithm, String signed, Base64URL signature) {

    /** The allowed algorithms, with the type of the key: asymmetric ones, so that no public key can be a shared secret. */
    private static final Map<JWSAlgorithm, String> ALGORITHMS = Map.of(
            JWSAlgorithm.RS256, "RSA",
            JWSAlgorithm.RS384, "RSA",
            JWSAlgorithm.RS512, "RSA",
            JWSAlgorithm.PS256, "RSA",
            JWSAlgorithm.PS384, "RSA",
            JWSAlgorithm.PS512, "RSA",
            JWSAlgorithm.ES256, "EC",
            JWSAlgorithm.ES384, "EC",
            JWSAlgorithm.ES512, "EC");

    private static final Set<String> TYPES = Set.of("JWT", "AT+JWT", "APPLICATION/JWT", "APPLICATION/AT+JWT");
    private static final int PARTS = 3;
    private static final int MAX_KEY_ID = 256;

    /**
     * Takes a JWT apart.
     *
     * @throws IllegalArgumentException if it is malformed, or of a kind that is never accepted; the message states why
     */
    static SignedToken parse(String compact) {
        String[] parts = compact.split("\\.", -1);
        require(parts.length == PARTS, "it doesn't have three parts");
        Claims header = Claims.parse(parts[0]);
        require(!header.names().contains("crit"), "it has critical extensions");
        require(!header.names().contains("b64"), "it has a payload that isn't encoded");
        require(!header.names().contains("zip"), "it is compressed");
        String type = header.text("typ").orElse("JWT");
        require(TYPES.contains(type.toUpperCase(java.util.Locale.ROOT)), "it has another type than JWT");
        JWSAlgorithm algorithm = ALGORITHMS.keySet().stream()
                .filter(each -> each.getName().equals(header.text("alg").orElse("")))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("its algorithm isn't allowed"));
        require(header.text("kid").orElse("").length() <= MAX_KEY_ID, "the name of its key is too long");
        return new SignedToken(
                header, Claims.parse(parts[1]), algorithm, parts[0] + "." + parts[1], new Base64URL(parts[2]));
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }

    /** The name of the key that signed it, if it says so. */
    Optional<String> keyId() {
        return header.text("kid");
    }

    /** Whether a key may have signed it. */
    boolean fits(JWK key) {
        return ALGORITHMS.get(algorithm).equals(key.getKeyType().getValue())
                && (key.getAlgorithm() == null || key.getAlgorithm().equals(algorithm))
                && (keyId().isEmpty() || keyId().get().equals(key.getKeyID()));
    }

    /** Whether this key signed it. */
    boolean isSignedBy(JWK key) {
        try {
            JWSVerifier verifier = key instanceof RSAKey rsa
                    ? new RSASSAVerifier(rsa.toRSAPublicKey())
                    : new ECDSAVerifier(((ECKey) key).toECPublicKey());
            return verifier.verify(new JWSHeader(algorithm), signed.getBytes(StandardCharsets.US_ASCII), signature);
        } catch (JOSEException | RuntimeException e) { // such as a key that is of another curve
            return false;
        }
    }
}
