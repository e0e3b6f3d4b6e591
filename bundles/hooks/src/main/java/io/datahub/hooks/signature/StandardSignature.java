package io.datahub.hooks.signature;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.eclipse.jetty.http.HttpFields;

/** Signatures by Standard Webhooks 1.0 (standardwebhooks.com), symmetric: of ID, timestamp and body. */
public final class StandardSignature {

    public static final String ID = "webhook-id";
    public static final String TIMESTAMP = "webhook-timestamp";
    public static final String SIGNATURE = "webhook-signature";

    /** The version of a symmetric signature. */
    private static final String VERSION = "v1,";

    private static final Duration TOLERANCE = Duration.ofMinutes(5);
    private static final int MAX_SIGNATURES = 10;

    private StandardSignature() {}

    static boolean isPresent(HttpFields headers) {
        return headers.contains(SIGNATURE);
    }

    /** The value of the signature header. */
    public static String sign(Secret secret, String id, String timestamp, byte[] body) {
        return VERSION
                + Base64.getEncoder()
                        .encodeToString(Hmac.of(secret.standardKeys().get(0), signed(id, timestamp), body));
    }

    private static byte[] signed(String id, String timestamp) {
        return (id + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8);
    }

    static Proof verify(HttpFields headers, byte[] body, List<Secret> secrets, Instant now) {
        String id = headers.get(ID);
        String timestamp = headers.get(TIMESTAMP);
        String signatures = headers.get(SIGNATURE);
        if (id == null || id.isEmpty() || timestamp == null || signatures == null) {
            return Proof.refused("one of " + ID + ", " + TIMESTAMP + " and " + SIGNATURE + " is missing");
        }
        if (!timestamp.matches("[0-9]{1,12}")) {
            return Proof.refused(TIMESTAMP + " isn't a number of seconds since 1970");
        }
        Duration age = Duration.between(Instant.ofEpochSecond(Long.parseLong(timestamp)), now);
        if (age.abs().compareTo(TOLERANCE) > 0) {
            return Proof.refused(TIMESTAMP + " differs from the hub's clock by " + age.toSeconds() + " s");
        }
        byte[] signed = signed(id, timestamp);
        int count = 0;
        for (String signature : signatures.split(" ", MAX_SIGNATURES)) {
            if (signature.startsWith(VERSION)) {
                count++;
                byte[] received = decode(signature.substring(VERSION.length()));
                for (Secret secret : secrets) {
                    for (byte[] key : secret.standardKeys()) {
                        if (Hmac.matches(received, key, signed, body)) {
                            return Proof.GENUINE;
                        }
                    }
                }
            }
        }
        return Proof.refused(
                count == 0
                        ? SIGNATURE + " has no signature of version v1"
                        : "the signature in " + SIGNATURE + " is wrong");
    }

    private static byte[] decode(String text) {
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            return new byte[0];
        }
    }
}
