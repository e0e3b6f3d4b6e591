package io.datahub.s3;

import io.datahub.api.Sha256;
import io.datahub.api.cluster.Blobs.Info;
import io.datahub.api.cluster.Blobs.Source;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.NoSuchFileException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/** The requests about objects, each sent once. Thread-safe. */
final class ObjectRequests {

    private static final int BUFFER_BYTES = 1 << 16;

    private final S3Client client;
    private final S3Metrics metrics;

    ObjectRequests(S3Client client, S3Metrics metrics) {
        this.client = client;
        this.metrics = metrics;
    }

    URI uri(String key, Map<String, String> query) {
        return client.location().object(key, query);
    }

    /** Sends a request once, and measures it. */
    HttpResponse<InputStream> send(S3Request request) throws IOException {
        return metrics.measure(request.method(), () -> client.send(request));
    }

    /**
     * Stores a range of a source.
     *
     * @return the entity tag
     */
    String upload(URI uri, Source source, long from, long length) throws IOException {
        String hash = payloadHash(source, from, length);
        return length <= DirectAnswer.MAX_SENT_BYTES
                ? uploadSmall(uri, read(source, from, (int) length), hash)
                : uploadLarge(uri, source, from, length, hash);
    }

    /** Sends a request once, on the calling thread, and measures it. */
    DirectAnswer sendDirectly(S3Request request, Optional<byte[]> body) throws IOException {
        return metrics.measure(request.method(), () -> client.sendDirectly(request, body));
    }

    private String uploadSmall(URI uri, byte[] body, String hash) throws IOException {
        S3Request request = new S3Request("PUT", uri, new TreeMap<>(), BodyPublishers.noBody(), hash, new Progress());
        try (DirectAnswer answer = sendDirectly(request, Optional.of(body))) {
            answer.readAllBytes();
            metrics.sent(body.length);
            return answer.header("etag").orElseThrow(() -> untagged(request));
        }
    }

    private static byte[] read(Source source, long from, int length) throws SourceException {
        try (InputStream in = source.open(from)) {
            byte[] bytes = in.readNBytes(length);
            if (bytes.length < length) {
                throw new EOFException("the source is shorter than it said");
            }
            return bytes;
        } catch (IOException e) {
            throw new SourceException(e);
        }
    }

    private static IOException untagged(S3Request request) {
        return new IOException(request + " was answered without an entity tag");
    }

    private String uploadLarge(URI uri, Source source, long from, long length, String hash) throws IOException {
        UploadBody body = new UploadBody(source, from, length);
        S3Request request = new S3Request("PUT", uri, new TreeMap<>(), body.publisher(), hash, body.progress());
        try {
            HttpResponse<InputStream> answer = send(request);
            answer.body().readAllBytes();
            metrics.sent(length);
            return answer.headers().firstValue("etag").orElseThrow(() -> untagged(request));
        } catch (IOException e) {
            body.checkSource();
            throw e;
        }
    }

    /** TLS protects the bytes; without it, the signature does. */
    private String payloadHash(Source source, long from, long length) throws IOException {
        if (client.location().isEncrypted()) {
            return SignatureV4.UNSIGNED;
        }
        if (source.sha256().isPresent() && length == source.length()) {
            return source.sha256().get();
        }
        MessageDigest digest = Sha256.digest();
        byte[] buffer = new byte[(int) Math.min(BUFFER_BYTES, length)];
        try (InputStream in = source.open(from)) {
            for (long left = length; left > 0; ) {
                int read = in.readNBytes(buffer, 0, (int) Math.min(buffer.length, left));
                if (read == 0) {
                    throw new EOFException("the source is shorter than it said");
                }
                digest.update(buffer, 0, read);
                left -= read;
            }
        } catch (IOException e) {
            throw new SourceException(e);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Opens a range, of which there must be all. */
    InputStream range(String key, long from, long length) throws IOException {
        long last = from + length - 1;
        S3Request request = S3Request.of("GET", uri(key, Map.of())).with("range", "bytes=" + from + "-" + last);
        DirectAnswer answer;
        try {
            answer = sendDirectly(request, Optional.empty());
        } catch (S3Exception e) {
            throw missing(e, key);
        }
        String range = answer.header("content-range").orElse("");
        if (answer.status() != 206 || !range.startsWith("bytes " + from + "-" + last + "/")) {
            answer.close();
            if (range.startsWith("bytes " + from + "-") && !range.endsWith("/*")) {
                throw new S3Exception(request.toString(), answer.status(), "the range " + range, Optional.empty());
            }
            throw new IOException(request + " was answered with status " + answer.status() + " and the range \"" + range
                    + "\" instead of " + from + " to " + last);
        }
        return metrics.counting(answer);
    }

    /** The size of an object; empty if there is none. */
    OptionalLong size(String key) throws IOException {
        try {
            HttpResponse<InputStream> answer = send(S3Request.of("HEAD", uri(key, Map.of())));
            answer.body().close();
            return OptionalLong.of(answer.headers()
                    .firstValueAsLong("content-length")
                    .orElseThrow(() -> new IOException("the size of " + key + " is missing in the store's answer")));
        } catch (S3Exception e) {
            if (e.status() == 404) {
                return OptionalLong.empty();
            }
            throw e;
        }
    }

    /** Deletes an object, if there is one. */
    String delete(String key) throws IOException {
        try {
            send(S3Request.of("DELETE", uri(key, Map.of()))).body().close();
        } catch (S3Exception e) {
            if (e.status() != 404) {
                throw e;
            }
        }
        return key;
    }

    /** Asks for the bucket. */
    void head() throws IOException {
        client.send(S3Request.of("HEAD", client.location().bucket(Map.of())))
                .body()
                .close();
    }

    /** Lists objects after a key. */
    List<Info> list(String after, int limit) throws IOException {
        String prefix = client.location().prefix();
        Map<String, String> query =
                new HashMap<>(Map.of("list-type", "2", "max-keys", Integer.toString(limit), "prefix", prefix));
        if (!after.isEmpty()) {
            query.put("start-after", prefix + after);
        }
        List<Info> found = new ArrayList<>();
        Map<String, String> entry = new HashMap<>();
        S3Request request = S3Request.of("GET", client.location().bucket(query));
        try (InputStream body = send(request).body()) {
            XmlText.read(body, (path, text) -> {
                if (path.equals("/Contents")) {
                    found.add(info(entry, prefix));
                    entry.clear();
                } else if (path.startsWith("/Contents/")) {
                    entry.put(path.substring("/Contents/".length()), text);
                }
            });
        } catch (IllegalArgumentException | DateTimeParseException e) {
            throw new IOException(request + " has an answer that isn't understood: " + e.getMessage(), e);
        }
        return found;
    }

    private static Info info(Map<String, String> entry, String prefix) {
        String key = entry.getOrDefault("Key", "");
        if (!key.startsWith(prefix)) {
            throw new IllegalArgumentException("the key " + key + " doesn't begin with " + prefix);
        }
        return new Info(
                key.substring(prefix.length()),
                Long.parseLong(entry.getOrDefault("Size", "")),
                Instant.parse(entry.getOrDefault("LastModified", "")));
    }

    private static IOException missing(S3Exception e, String key) {
        if (e.status() != 404) {
            return e;
        }
        NoSuchFileException missing = new NoSuchFileException(key);
        missing.initCause(e);
        return missing;
    }
}
