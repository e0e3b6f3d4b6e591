package io.datahub.s3;

import io.datahub.api.Sha256;
import io.datahub.api.cluster.Blobs.Source;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Stores one large object in parts, each of which is retried by itself. Not thread-safe.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html">the specification</a>
 */
final class MultipartUpload {

    /** What the store allows. */
    private static final int MAX_PARTS = 10_000;

    private final ObjectRequests objects;
    private final Retries retries;
    private final String key;
    private final Source source;
    private final long partBytes;

    /** @param partBytes the size of a part; larger if there would be too many */
    MultipartUpload(ObjectRequests objects, Retries retries, String key, Source source, long partBytes) {
        this.objects = objects;
        this.retries = retries;
        this.key = key;
        this.source = source;
        this.partBytes = Math.max(partBytes, (source.length() + MAX_PARTS - 1) / MAX_PARTS);
    }

    /** Stores the object, or removes the parts. */
    void run() throws IOException {
        String upload = retries.run(this::begin);
        try {
            StringBuilder parts = new StringBuilder();
            int number = 1;
            for (long from = 0; from < source.length(); from += partBytes) {
                parts.append("<Part><PartNumber>").append(number).append("</PartNumber><ETag>");
                parts.append(part(upload, number, from)).append("</ETag></Part>");
                number++;
            }
            complete(upload, parts);
        } catch (IOException | RuntimeException e) {
            abort(upload, e);
            throw e;
        }
    }

    private String begin() throws IOException {
        S3Request request = S3Request.of("POST", objects.uri(key, Map.of("uploads", "")));
        try (InputStream body = objects.send(request).body()) {
            Map<String, String> found = new HashMap<>();
            XmlText.read(body, found::put);
            String upload = found.get("/UploadId");
            if (upload == null || upload.isEmpty()) {
                throw new IOException(request + " was answered without an ID of the upload");
            }
            return upload;
        }
    }

    private String part(String upload, int number, long from) throws IOException {
        long length = Math.min(partBytes, source.length() - from);
        Map<String, String> query = Map.of("partNumber", Integer.toString(number), "uploadId", upload);
        return retries.run(() -> objects.upload(objects.uri(key, query), source, from, length))
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace("\"", "&quot;");
    }

    private void complete(String upload, CharSequence parts) throws IOException {
        byte[] document = ("<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">" + parts
                        + "</CompleteMultipartUpload>")
                .getBytes(StandardCharsets.UTF_8);
        S3Request request = new S3Request(
                "POST",
                objects.uri(key, Map.of("uploadId", upload)),
                new TreeMap<>(Map.of("content-type", "application/xml")),
                BodyPublishers.ofByteArray(document),
                Sha256.hex(document),
                new Progress());
        retries.run(() -> {
            try {
                completeOnce(request);
            } catch (S3Exception e) {
                // An attempt without an answer may have completed it.
                if (!e.code().equals("NoSuchUpload") || !objects.size(key).equals(OptionalLong.of(source.length()))) {
                    throw e;
                }
            }
            return key;
        });
    }

    /** The store answers 200 before it knows: the body says whether it has succeeded. */
    private void completeOnce(S3Request request) throws IOException {
        HttpResponse<InputStream> answer = objects.send(request);
        try (InputStream body = answer.body()) {
            byte[] document = body.readAllBytes();
            String code = ErrorCode.of(document);
            if (!code.isEmpty()) {
                throw new S3Exception(request.toString(), 500, code, Optional.empty());
            }
            XmlText.read(new ByteArrayInputStream(document), (path, text) -> {});
        }
    }

    private void abort(String upload, Exception cause) {
        S3Request request = S3Request.of("DELETE", objects.uri(key, Map.of("uploadId", upload)));
        try (InputStream answer = objects.sendDirectly(request, Optional.empty())) {
            answer.readAllBytes();
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }
}
