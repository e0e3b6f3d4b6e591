package io.datahub.http;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Digest fields (RFC 9530). */
final class Digests {

    static final String REPR_DIGEST = "Repr-Digest";
    static final String CONTENT_DIGEST = "Content-Digest";
    static final String WANT_CONTENT_DIGEST = "Want-Content-Digest";

    private static final Pattern COMMA = Pattern.compile(",");
    private static final Pattern MEMBER =
            Pattern.compile("\\s*([a-z*][a-z0-9_.*-]*)\\s*=\\s*:([A-Za-z0-9+/=]*):\\s*(?:;.*)?");
    private static final Pattern WISH = Pattern.compile("\\s*sha-256\\s*=\\s*(?:[1-9]|10)\\s*(?:;.*)?");
    private static final Map<String, Integer> BYTES = Map.of("SHA-256", 32, "SHA-512", 64);

    private Digests() {}

    /** The field's value for a record with this SHA-256 in hexadecimal. */
    static String format(String sha256) {
        return "sha-256=:" + Base64.getEncoder().encodeToString(HexFormat.of().parseHex(sha256)) + ":";
    }

    /** Whether a client that sends these {@code Want-…-Digest} fields (section 4) would take SHA-256. */
    static boolean isSha256Wanted(List<String> values) {
        return values.stream().flatMap(COMMA::splitAsStream).map(WISH::matcher).anyMatch(Matcher::matches);
    }

    /**
     * Reads the digests that a client sent of its bytes. Since bodies have no content coding here, both fields mean the
     * same bytes. Algorithms other than SHA-256 and SHA-512 are left out.
     *
     * @return from algorithm to hexadecimal, as a write request takes it
     */
    static Result<Map<String, String>> parse(List<String> values) {
        Map<String, String> digests = new TreeMap<>();
        for (String value : values) {
            for (String text : COMMA.split(value, -1)) {
                Matcher member = MEMBER.matcher(text);
                if (!member.matches()) {
                    return refuse();
                }
                String algorithm = member.group(1).toUpperCase(Locale.ROOT);
                if (!BYTES.containsKey(algorithm)) {
                    continue;
                }
                byte[] digest = decode(member.group(2));
                if (digest.length != BYTES.get(algorithm)) {
                    return refuse();
                }
                String hex = HexFormat.of().formatHex(digest);
                if (!hex.equals(digests.getOrDefault(algorithm, hex))) {
                    return Result.refused(Reason.BAD_REQUEST, "the digests contradict each other");
                }
                digests.put(algorithm, hex);
            }
        }
        return Result.done(digests);
    }

    private static byte[] decode(String base64) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            return new byte[0];
        }
    }

    private static Result<Map<String, String>> refuse() {
        return Result.refused(
                Reason.BAD_REQUEST, "a digest has the form sha-256=:BASE64: or sha-512=:BASE64: (RFC 9530)");
    }
}
