package io.datahub.s3;

import io.datahub.api.Sha256;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs requests by AWS Signature Version 4 for the service {@code s3}, where paths are encoded once. Thread-safe.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html">the specification</a>
 */
final class SignatureV4 {

    /** Stands for the hash of a body that TLS protects. */
    static final String UNSIGNED = "UNSIGNED-PAYLOAD";

    private static final String ALGORITHM = "AWS4-HMAC-SHA256";
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    private final String region;
    private volatile Optional<DayKey> dayKey = Optional.empty();

    /** What all requests of a day are signed with. */
    private record DayKey(String secret, String date, SecretKeySpec key) {}

    SignatureV4(String region) {
        this.region = region;
    }

    /**
     * Signs a request.
     *
     * @param keys who signs
     * @param method the method
     * @param uri its path and query are encoded, and the query is sorted
     * @param headers what is signed, by name in lower case, with {@code host}
     * @param payloadHash the SHA-256 of the body in hexadecimal, or {@link #UNSIGNED}
     * @param now the time that the signature bears
     * @return the headers, and those that the signature adds
     */
    SortedMap<String, String> sign(
            S3Keys keys, String method, URI uri, SortedMap<String, String> headers, String payloadHash, Instant now) {
        SortedMap<String, String> signed = new TreeMap<>(headers);
        String time = TIME.format(now);
        signed.put("x-amz-content-sha256", payloadHash);
        signed.put("x-amz-date", time);
        String names = String.join(";", signed.keySet());
        String request = String.join(
                "\n",
                method,
                uri.getRawPath(),
                uri.getRawQuery() == null ? "" : uri.getRawQuery(),
                signed.entrySet().stream()
                        .map(entry -> entry.getKey() + ":" + entry.getValue() + "\n")
                        .collect(Collectors.joining()),
                names,
                payloadHash);
        String date = time.substring(0, 8);
        String scope = String.join("/", date, region, "s3", "aws4_request");
        String toSign = String.join("\n", ALGORITHM, time, scope, Sha256.hex(request));
        signed.put(
                "authorization",
                ALGORITHM + " Credential=" + keys.id() + "/" + scope + ",SignedHeaders=" + names + ",Signature="
                        + HexFormat.of().formatHex(hmac(key(keys.secret(), date), toSign)));
        return signed;
    }

    private SecretKeySpec key(String secret, String date) {
        Optional<DayKey> known = dayKey;
        if (known.isPresent()
                && known.get().secret().equals(secret)
                && known.get().date().equals(date)) {
            return known.get().key();
        }
        SecretKeySpec key = key(("AWS4" + secret).getBytes(StandardCharsets.UTF_8));
        for (String step : List.of(date, region, "s3", "aws4_request")) {
            key = key(hmac(key, step));
        }
        dayKey = Optional.of(new DayKey(secret, date, key));
        return key;
    }

    private static SecretKeySpec key(byte[] bytes) {
        return new SecretKeySpec(bytes, "HmacSHA256");
    }

    private static byte[] hmac(SecretKeySpec key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HMAC with SHA-256", e);
        }
    }
}
