package io.datahub.s3;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Where the blobs are: {@code https://HOST[:PORT]/BUCKET[/PREFIX][?region=REGION]}. The bucket is part of the path, as
 * every S3 store understands it.
 *
 * @param endpoint scheme, host and port
 * @param bucket the name of the bucket
 * @param prefix what all keys begin with; empty, or ends with a slash
 * @param region the region that requests are signed for
 */
record S3Location(URI endpoint, String bucket, String prefix, String region) {

    /** Without what the key is: it could have a secret in it. */
    private static final String FORM =
            "the key blobs must be http[s]://HOST[:PORT]/BUCKET[/PREFIX][?region=REGION]; the"
                    + " access key and its secret are files in the folder secrets";

    /**
     * Parses the configuration key.
     *
     * @throws IllegalArgumentException if the URL has another form
     */
    static S3Location parse(String url) {
        URI uri = parsed(url);
        String path = uri.getPath() == null ? "" : uri.getPath().replaceAll("^/+|/+$", "");
        boolean isHttp = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
        String query = uri.getRawQuery() == null ? "region=us-east-1" : uri.getRawQuery();
        if (!isHttp || uri.getHost() == null || uri.getUserInfo() != null || path.isEmpty()) {
            throw new IllegalArgumentException(FORM);
        }
        if (!query.matches("region=[a-zA-Z0-9-]+")) {
            throw new IllegalArgumentException(FORM);
        }
        int end = path.indexOf('/');
        return new S3Location(
                URI.create(uri.getScheme() + "://" + uri.getRawAuthority()),
                end < 0 ? path : path.substring(0, end),
                end < 0 ? "" : path.substring(end + 1) + "/",
                URLDecoder.decode(query.substring("region=".length()), StandardCharsets.UTF_8));
    }

    private static URI parsed(String url) {
        try {
            return new URI(url.strip());
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(FORM + ": " + e.getReason());
        }
    }

    /** Whether requests are encrypted. */
    boolean isEncrypted() {
        return endpoint.getScheme().equals("https");
    }

    /** The value of the header {@code Host}, which has the port only if it isn't the default one. */
    String host() {
        int port = endpoint.getPort();
        return port < 0 || port == (isEncrypted() ? 443 : 80) ? endpoint.getHost() : endpoint.getHost() + ":" + port;
    }

    /** The URL of an object. */
    URI object(String key, Map<String, String> query) {
        return uri("/" + bucket + "/" + prefix + key, query);
    }

    /** The URL of the bucket. */
    URI bucket(Map<String, String> query) {
        return uri("/" + bucket, query);
    }

    private URI uri(String path, Map<String, String> query) {
        String parameters = new TreeMap<>(query)
                .entrySet().stream()
                        .map(entry -> encoded(entry.getKey(), "") + "=" + encoded(entry.getValue(), ""))
                        .collect(Collectors.joining("&"));
        return URI.create(endpoint + encoded(path, "/") + (parameters.isEmpty() ? "" : "?" + parameters));
    }

    /** Encodes as signatures demand: everything but letters, digits, hyphen, dot, underscore and tilde. */
    private static String encoded(String text, String alsoPlain) {
        StringBuilder encoded = new StringBuilder(text.length() + 16);
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            boolean isPlain = (b >= 'a' && b <= 'z')
                    || (b >= 'A' && b <= 'Z')
                    || (b >= '0' && b <= '9')
                    || "-._~".indexOf(b) >= 0
                    || alsoPlain.indexOf(b) >= 0;
            if (isPlain) {
                encoded.append((char) b);
            } else {
                encoded.append('%').append(String.format("%02X", b));
            }
        }
        return encoded.toString();
    }

    @Override
    public String toString() {
        return endpoint + "/" + bucket + "/" + prefix;
    }
}
