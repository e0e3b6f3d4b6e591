package io.datahub.jetty.web;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.path.PercentText;
import io.datahub.api.user.Login;
import io.datahub.api.user.User;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;

/**
 * A request and its response.
 *
 * @param callback completes the exchange
 */
public record Exchange(Request request, Response response, Callback callback) {

    public static final HttpField JSON = new PreEncodedHttpField(HttpHeader.CONTENT_TYPE, "application/json");
    public static final HttpField REVALIDATE = new PreEncodedHttpField(HttpHeader.CACHE_CONTROL, "no-cache");
    public static final HttpField NOT_STORED = new PreEncodedHttpField(HttpHeader.CACHE_CONTROL, "no-store");
    public static final HttpField NO_SNIFFING = new PreEncodedHttpField("X-Content-Type-Options", "nosniff");

    /** The request attribute with the refusal of {@link #unverified}. */
    public static final String UNVERIFIED = Exchange.class.getName() + ".unverified";

    public boolean is(HttpMethod method) {
        return method.is(request.getMethod());
    }

    /** Whether the method is {@code GET} or {@code HEAD}. */
    public boolean isRead() {
        return is(HttpMethod.GET) || is(HttpMethod.HEAD);
    }

    /** The login of the sender; empty if the handler is open and the request is unauthenticated. */
    public Optional<Login> login() {
        return Optional.ofNullable((Login) request.getAttribute(Login.class.getName()));
    }

    /**
     * Why the credentials in the request can't be verified at present, so that an open handler that serves some users only
     * doesn't take them for missing; empty if they were verified, or there are none.
     */
    public Optional<Refusal> unverified() {
        return Optional.ofNullable((Refusal) request.getAttribute(UNVERIFIED));
    }

    /**
     * The user who sent the request, for a handler that is not open.
     *
     * @throws IllegalStateException if the request is unauthenticated
     */
    public User user() {
        return login().orElseThrow(() -> new IllegalStateException("no login at a handler that needs one"))
                .user();
    }

    /** The value of the header; multiple values are joined as a list according to RFC 9110, 5.2. */
    public Optional<String> header(HttpHeader name) {
        return header(name.asString());
    }

    public Optional<String> header(String name) {
        var values = request.getHeaders().getValuesList(name);
        return values.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", values));
    }

    /** The query parameters. */
    public Result<Fields> query() {
        String raw = request.getHttpURI().getQuery();
        boolean isEncoded = raw != null && raw.indexOf('%') >= 0;
        if (isEncoded && PercentText.decode(raw).isRefused()) { // Jetty would replace what isn't UTF-8
            return malformedQuery();
        }
        try {
            return Result.done(Request.extractQueryParameters(request));
        } catch (RuntimeException e) {
            return malformedQuery();
        }
    }

    private static Result<Fields> malformedQuery() {
        return Result.refused(Reason.BAD_REQUEST, "the query isn't percent-encoded UTF-8");
    }

    public void refuse(Reason reason, String detail) {
        refuse(new Refusal(reason, detail));
    }

    public void refuse(Refusal refusal) {
        refuse(refusal.reason().status(), refusal);
    }

    /** Refuses with a status that is specific to a protocol. */
    public void refuse(int status, Refusal refusal) {
        request.setAttribute(Refusal.class.getName(), refusal);
        Response.writeError(request, response, callback, status, refusal.detail());
    }

    /** Refuses the method and lists the allowed ones. */
    public void refuseMethod(String allowed) {
        response.getHeaders().put(HttpHeader.ALLOW, allowed);
        if (is(HttpMethod.OPTIONS)) {
            empty(204);
        } else {
            refuse(Reason.METHOD_NOT_ALLOWED, "the allowed methods are " + allowed);
        }
    }

    public void json(int status, byte[] body) {
        response.getHeaders().put(JSON);
        body(status, body);
    }

    /**
     * Responds with a body whose type is set already; HEAD gets the headers only. Clients may cache it if they
     * revalidate it, unless {@code Cache-Control} is set.
     */
    public void body(int status, byte[] body) {
        body(status, List.of(ByteBuffer.wrap(body)));
    }

    /** The same for a body in parts, which large ones are, since the collector moves large arrays badly. */
    public void body(int status, List<ByteBuffer> parts) {
        response.setStatus(status);
        if (!response.getHeaders().contains(HttpHeader.CACHE_CONTROL)) {
            response.getHeaders().put(REVALIDATE);
        }
        response.getHeaders().put(NO_SNIFFING);
        response.getHeaders()
                .put(
                        HttpHeader.CONTENT_LENGTH,
                        parts.stream().mapToLong(ByteBuffer::remaining).sum());
        if (parts.isEmpty() || is(HttpMethod.HEAD)) {
            response.write(true, null, callback);
        } else {
            new PartsWriter(response, parts, callback).iterate();
        }
    }

    public void empty(int status) {
        response.setStatus(status);
        response.write(true, null, callback);
    }
}
