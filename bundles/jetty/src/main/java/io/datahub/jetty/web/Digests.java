package io.datahub.jetty.web;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;

/** Parses the digests that clients send with a body: the fields of RFC 9530 and older ones. */
public final class Digests {

    public static final String REPR_DIGEST = "Repr-Digest";
    public static final String CONTENT_DIGEST = "Content-Digest";
    public static final String WANT_CONTENT_DIGEST = "Want-Content-Digest";

    private static final Pattern COMMA = Pattern.compile(",");
    private static final Pattern MEMBER =
            Pattern.compile("\\s*([a-z*][a-z0-9_.*-]*)\\s*=\\s*:([A-Za-z0-9+/=]*):\\s*(?:;.*)?");
    private static final Pattern WANTS_SHA256 = Pattern.compile("\\s*sha-256\\s*=\\s*(?:[1-9]|10)\\s*(?:;.*)?");
    private static final Pattern LEGACY_MEMBER =
            Pattern.compile("\\s*([A-Za-z][A-Za-z0-9-]*)\\s*=\\s*([A-Za-z0-9+/=]+)\\s*");
    private static final Pattern HEX = Pattern.compile("(?:[0-9A-Fa-f]{2})+");

    /** The supported algorithms, by the names that the fields use. */
    private static final Map<String, Algorithm> ALGORITHMS = Map.of(
            "md5", new Algorithm("MD5", 16),
            "sha", new Algorithm("SHA-1", 20),
            "sha-256", new Algorithm("SHA-256", 32),
            "sha-512", new Algorithm("SHA-512", 64));

    /** The algorithm names of {@code X-Checksum-…}, mapped to those of the fields. */
    private static final Map<String, String> CHECKSUMS =
            Map.of("md5", "md5", "sha1", "sha", "sha256", "sha-256", "sha512", "sha-512");

    private record Algorithm(String name, int bytes) {}

    private Digests() {}

    /** The field value for a record with this SHA-256, given in hexadecimal. */
    public static String format(String sha256) {
        return "sha-256=:" + Base64.getEncoder().encodeToString(HexFormat.of().parseHex(sha256)) + ":";
    }

    /** Whether a client that sends these {@code Want-…-Digest} fields (section 4) accepts SHA-256. */
    public static boolean isSha256Wanted(List<String> values) {
        return !values.isEmpty()
                && values.stream()
                        .flatMap(COMMA::splitAsStream)
                        .map(WANTS_SHA256::matcher)
                        .anyMatch(Matcher::matches);
    }

    /**
     * Parses the digests that a client sent with a body: {@code Content-Digest} and {@code Repr-Digest}, which cover
     * the same bytes because bodies have no content coding here, {@code Digest} (RFC 3230), {@code Content-MD5} (RFC
     * 1864) and {@code X-Checksum-…}. Unsupported algorithms are ignored.
     *
     * @return the digests in hexadecimal by algorithm, as a write request takes them
     */
    public static Result<Map<String, String>> of(HttpFields headers) {
        Map<String, String> digests = new TreeMap<>();
        Optional<Refusal> refusal = Optional.empty();
        for (HttpField field : headers) {
            if (refusal.isEmpty() && field.getValue() != null) {
                refusal = add(field.getName(), field.getValue(), digests);
            }
        }
        return refusal.<Result<Map<String, String>>>map(Result::refused).orElseGet(() -> Result.done(digests));
    }

    private static Optional<Refusal> add(String name, String value, Map<String, String> digests) {
        switch (name.toLowerCase(Locale.ROOT)) {
            case "content-digest", "repr-digest" -> {
                return addMembers(value, MEMBER, "a digest must have the form sha-256=:BASE64: (RFC 9530)", digests);
            }
            case "digest" -> {
                return addMembers(value, LEGACY_MEMBER, "Digest must have the form SHA-256=BASE64 (RFC 3230)", digests);
            }
            case "content-md5" -> {
                return add("md5", decode(value.strip()), "Content-MD5 must be the MD5 in Base64 (RFC 1864)", digests);
            }
            case "x-checksum-md5", "x-checksum-sha1", "x-checksum-sha256", "x-checksum-sha512" -> {
                String hex = value.strip();
                return add(
                        CHECKSUMS.get(name.substring(11).toLowerCase(Locale.ROOT)),
                        HEX.matcher(hex).matches() ? HexFormat.of().parseHex(hex) : new byte[0],
                        name + " must have two hexadecimal digits for each byte",
                        digests);
            }
            default -> {
                return Optional.empty();
            }
        }
    }

    private static Optional<Refusal> addMembers(
            String value, Pattern pattern, String form, Map<String, String> digests) {
        for (String text : COMMA.split(value, -1)) {
            Matcher member = pattern.matcher(text);
            if (!member.matches()) {
                return malformed(form);
            }
            String algorithm = member.group(1).toLowerCase(Locale.ROOT);
            if (ALGORITHMS.containsKey(algorithm)) {
                Optional<Refusal> refusal = add(algorithm, decode(member.group(2)), form, digests);
                if (refusal.isPresent()) {
                    return refusal;
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<Refusal> add(String name, byte[] digest, String form, Map<String, String> digests) {
        Algorithm algorithm = ALGORITHMS.get(name);
        if (digest.length != algorithm.bytes()) {
            return malformed(form);
        }
        String hex = HexFormat.of().formatHex(digest);
        String other = digests.put(algorithm.name(), hex);
        return other == null || other.equals(hex)
                ? Optional.empty()
                : Optional.of(new Refusal(Reason.BAD_REQUEST, "the digests contradict each other"));
    }

    /** Verifies bytes in memory against the digests that {@link #of} has parsed. */
    public static Optional<Refusal> mismatch(Map<String, String> digests, byte[] bytes) {
        for (Map.Entry<String, String> each : digests.entrySet()) {
            try {
                byte[] digest = MessageDigest.getInstance(each.getKey()).digest(bytes);
                if (!HexFormat.of().formatHex(digest).equals(each.getValue())) {
                    return Optional.of(new Refusal(
                            Reason.BAD_REQUEST, "the received bytes don't match the given " + each.getKey()));
                }
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("this platform has no " + each.getKey(), e);
            }
        }
        return Optional.empty();
    }

    private static byte[] decode(String base64) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            return new byte[0];
        }
    }

    private static Optional<Refusal> malformed(String form) {
        return Optional.of(new Refusal(Reason.BAD_REQUEST, form));
    }
}
