package io.datahub.s3;

import java.net.URI;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A request before it is signed.
 *
 * @param method the method
 * @param uri the URL
 * @param headers further headers by name in lower case, all of which are signed
 * @param body the body
 * @param payloadHash the SHA-256 of the body, or {@link SignatureV4#UNSIGNED}
 * @param progress stamped whenever a part of the body is sent
 */
record S3Request(
        String method,
        URI uri,
        SortedMap<String, String> headers,
        BodyPublisher body,
        String payloadHash,
        Progress progress) {

    /** The SHA-256 of no bytes. */
    static final String EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    /** A request without a body. */
    static S3Request of(String method, URI uri) {
        return new S3Request(method, uri, new TreeMap<>(), BodyPublishers.noBody(), EMPTY, new Progress());
    }

    /** The same request with one more header. */
    S3Request with(String name, String value) {
        SortedMap<String, String> more = new TreeMap<>(headers);
        more.put(name, value);
        return new S3Request(method, uri, more, body, payloadHash, progress);
    }

    @Override
    public String toString() {
        return method + " " + uri;
    }
}
