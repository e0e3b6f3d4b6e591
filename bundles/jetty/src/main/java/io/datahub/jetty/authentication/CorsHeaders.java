package io.datahub.jetty.authentication;

import io.datahub.jetty.web.WebOrigins;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * The headers that allow pages of listed origins to read responses (CORS; Fetch standard, 3.3), always without the
 * browser's own credentials: they have to send their own token.
 */
final class CorsHeaders {

    private static final HttpField METHODS =
            new PreEncodedHttpField("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE, MOVE");
    private static final HttpField MAX_AGE = new PreEncodedHttpField("Access-Control-Max-Age", "600");
    private static final HttpField EXPOSED = new PreEncodedHttpField("Access-Control-Expose-Headers", "*");

    private CorsHeaders() {}

    /**
     * Adds the headers if the request comes from a page of a listed origin.
     *
     * @return whether the request was a CORS preflight, which has been answered
     */
    static boolean apply(WebOrigins origins, Request request, Response response, Callback callback) {
        if (origins.isEmpty()) {
            return false;
        }
        HttpFields.Mutable headers = response.getHeaders();
        headers.add(HttpHeader.VARY, "Origin");
        String origin = request.getHeaders().get(HttpHeader.ORIGIN);
        if (origin == null || !origins.isListed(origin)) {
            return false;
        }
        headers.put("Access-Control-Allow-Origin", origin);
        if (!request.getMethod().equals("OPTIONS") || !request.getHeaders().contains("Access-Control-Request-Method")) {
            headers.put(EXPOSED);
            return false;
        }
        headers.put(METHODS);
        headers.put(MAX_AGE);
        String requestedHeaders = request.getHeaders().get("Access-Control-Request-Headers");
        if (requestedHeaders != null) {
            headers.put("Access-Control-Allow-Headers", requestedHeaders);
        }
        response.setStatus(HttpStatus.NO_CONTENT_204);
        callback.succeeded();
        return true;
    }
}
