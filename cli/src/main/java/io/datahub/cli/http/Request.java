package io.datahub.cli.http;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** A request. Not thread-safe. */
public final class Request {

    private static final Duration DEFAULT_PATIENCE = Duration.ofSeconds(60);

    private final String method;
    private final String target;
    private final Map<String, String> headers = new LinkedHashMap<>();
    private Body body;
    private Duration patience = DEFAULT_PATIENCE;

    /**
     * A request without headers and body.
     *
     * @param method such as GET
     * @param target path and query, percent-encoded
     */
    public Request(String method, String target) {
        this.method = method;
        this.target = target;
    }

    /** The same request for another target. */
    public Request at(String otherTarget) {
        Request other = new Request(method, otherTarget);
        other.headers.putAll(headers);
        other.body = body;
        other.patience = patience;
        return other;
    }

    /** Adds a header. */
    public Request header(String name, String value) {
        headers.put(name, value);
        return this;
    }

    /** Adds a header if there is a value for it. */
    public Request header(String name, Optional<String> value) {
        value.ifPresent(text -> headers.put(name, text));
        return this;
    }

    /** Sets the body. */
    public Request body(Body content) {
        body = content;
        return this;
    }

    /** How long the hub may be silent while it has to send something. */
    public Request patience(Duration duration) {
        patience = duration;
        return this;
    }

    /** The method. */
    public String method() {
        return method;
    }

    /** Path and query. */
    public String target() {
        return target;
    }

    Map<String, String> headers() {
        return headers;
    }

    Optional<Body> body() {
        return Optional.ofNullable(body);
    }

    Duration patience() {
        return patience;
    }

    /** Whether sending it twice has the effect of sending it once. */
    public boolean isIdempotent() {
        return !method.equals("POST") && !method.equals("PATCH") && !method.equals("MOVE");
    }

    /** Whether it can be sent a second time at all. */
    public boolean isRepeatable() {
        return body == null || body.isRepeatable();
    }
}
