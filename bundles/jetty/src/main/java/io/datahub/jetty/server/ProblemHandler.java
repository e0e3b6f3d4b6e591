package io.datahub.jetty.server;

import io.datahub.api.Refusal;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/**
 * Writes all error responses, whether the error was raised by a handler, during authentication, or by Jetty while
 * parsing the request. A handler that has more to report than status and detail sets a {@link Refusal} as request
 * attribute.
 */
final class ProblemHandler implements Request.Handler {

    private static final HttpField TYPE = new PreEncodedHttpField(HttpHeader.CONTENT_TYPE, "application/problem+json");
    private static final HttpField NOT_STORED = new PreEncodedHttpField(HttpHeader.CACHE_CONTROL, "no-store");
    private static final HttpField NO_SNIFFING = new PreEncodedHttpField("X-Content-Type-Options", "nosniff");
    private static final List<HttpHeader> RECORD_HEADERS = List.of(
            HttpHeader.CONTENT_LENGTH,
            HttpHeader.CONTENT_ENCODING,
            HttpHeader.CONTENT_DISPOSITION,
            HttpHeader.ETAG,
            HttpHeader.LAST_MODIFIED,
            HttpHeader.ACCEPT_RANGES,
            HttpHeader.LOCATION);
    /** Details of errors that Jetty raises while it parses a request, by its own texts. */
    private static final Map<String, String> DETAILS = Map.of(
            "Bad Request",
            "the request line or a header is malformed, such as a % in the path without two hexadecimal digits",
            "Invalid h2c upgrade headers",
            "the header Upgrade needs Connection: Upgrade (RFC 9110, 7.8); send both, or neither");

    private static final long DEFAULT_RETRY_SECONDS = 5;

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        Refusal refusal = request.getAttribute(Refusal.class.getName()) instanceof Refusal given ? given : null;
        Throwable cause = (Throwable) request.getAttribute(ErrorHandler.ERROR_EXCEPTION);
        int status = response.getStatus();
        if (cause instanceof HttpException thrown) {
            status = thrown.getCode();
            response.setStatus(status);
        }
        HttpFields.Mutable headers = response.getHeaders();
        RECORD_HEADERS.forEach(headers::remove);
        headers.remove("Repr-Digest");
        headers.remove("Content-Digest");
        if (HttpStatus.hasNoBody(status)) {
            response.write(true, null, callback);
            return true;
        }
        headers.put(TYPE);
        headers.put(NOT_STORED);
        headers.put(NO_SNIFFING);
        if (status == HttpStatus.UNAUTHORIZED_401) {
            headers.add(HttpHeader.WWW_AUTHENTICATE, "Bearer realm=\"datahub\"");
            // Basic is omitted for requests from scripts, for which the browser would open its password dialog and
            // wait.
            if (!request.getHeaders().contains("X-Requested-With")) {
                headers.add(HttpHeader.WWW_AUTHENTICATE, "Basic realm=\"datahub\", charset=\"UTF-8\"");
            }
        }
        if (status == HttpStatus.SERVICE_UNAVAILABLE_503 || status == HttpStatus.TOO_MANY_REQUESTS_429) {
            headers.put(HttpHeader.RETRY_AFTER, retrySeconds(refusal));
        }
        Problem problem = new Problem(
                status, detail(request, status, cause, refusal), refusal == null ? List.of() : refusal.violations());
        byte[] body = problem.toJson();
        headers.put(HttpHeader.CONTENT_LENGTH, body.length);
        response.write(true, ByteBuffer.wrap(body), callback);
        return true;
    }

    private static long retrySeconds(Refusal refusal) {
        return refusal == null || refusal.retryAfter().isZero()
                ? DEFAULT_RETRY_SECONDS
                : Math.max(1, (refusal.retryAfter().toMillis() + 999) / 1000);
    }

    private static String detail(Request request, int status, Throwable cause, Refusal refusal) {
        if (refusal != null) {
            return refusal.detail();
        }
        if (cause != null && !(cause instanceof HttpException)) {
            return "the request failed inside the hub; see its log";
        }
        String message = cause instanceof HttpException thrown && thrown.getReason() != null
                ? thrown.getReason()
                : request.getAttribute(ErrorHandler.ERROR_MESSAGE) instanceof String given
                        ? given
                        : HttpStatus.getMessage(status);
        return DETAILS.getOrDefault(message, message);
    }
}
