package io.datahub.jetty.authentication;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * The origins of web pages (RFC 6454) that may write, and read responses. Clients other than browsers send no origin
 * and are accepted. A page is accepted if it is same-origin or its origin is listed; {@code null}, which sandboxed
 * pages send, is never same-origin. Pages of listed origins are allowed with CORS headers (Fetch standard, 3.3), always
 * without the browser's own credentials: they have to send their own token.
 */
public final class WebOrigins {

    private static final Set<String> SAFE_METHODS = Set.of("GET", "HEAD", "OPTIONS", "TRACE");

    private static final Pattern COMMA = Pattern.compile(",");

    private static final HttpField METHODS =
            new PreEncodedHttpField("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE");
    private static final HttpField MAX_AGE = new PreEncodedHttpField("Access-Control-Max-Age", "600");
    private static final HttpField EXPOSED = new PreEncodedHttpField("Access-Control-Expose-Headers", "*");

    private final Set<String> allowed;

    /**
     * Creates the list of allowed origins.
     *
     * @param allowed origins, one per element or separated by commas
     */
    public WebOrigins(String... allowed) {
        this.allowed = Stream.of(allowed)
                .flatMap(COMMA::splitAsStream)
                .map(WebOrigins::normalize)
                .filter(origin -> !origin.isEmpty())
                .collect(Collectors.toUnmodifiableSet());
    }

    private static String normalize(String origin) {
        String lower = origin.strip().toLowerCase(Locale.ROOT);
        return lower.endsWith("/") ? lower.substring(0, lower.length() - 1) : lower;
    }

    public boolean mayWrite(Request request) {
        if (SAFE_METHODS.contains(request.getMethod())) {
            return true;
        }
        for (String origin : request.getHeaders().getValuesList(HttpHeader.ORIGIN)) {
            String page = normalize(origin);
            if (!isAllowed(page) && !isSameOrigin(page, request)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Whether the request comes from no page or from a same-origin page, as far as the browser reports it; {@code null}
     * is not same-origin.
     */
    public static boolean isSameOriginRequest(Request request) {
        for (String origin : request.getHeaders().getValuesList(HttpHeader.ORIGIN)) {
            if (!isSameOrigin(normalize(origin), request)) {
                return false;
            }
        }
        String site = request.getHeaders().get("Sec-Fetch-Site");
        return site == null
                || site.equals("same-origin")
                || site.equals("none")
                || SAFE_METHODS.contains(request.getMethod());
    }

    private boolean isAllowed(String page) {
        return allowed.contains("*") || allowed.contains(page);
    }

    /**
     * Adds the CORS headers for a page of a listed origin.
     *
     * @return whether the request was a CORS preflight, which has been answered
     */
    public boolean applyCors(Request request, Response response, Callback callback) {
        if (allowed.isEmpty()) {
            return false;
        }
        HttpFields.Mutable headers = response.getHeaders();
        headers.add(HttpHeader.VARY, "Origin");
        String origin = request.getHeaders().get(HttpHeader.ORIGIN);
        if (origin == null || !isAllowed(normalize(origin))) {
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

    private static boolean isSameOrigin(String page, Request request) {
        int schemeEnd = page.indexOf("://");
        if (schemeEnd < 0) {
            return false;
        }
        String host = page.substring(schemeEnd + 3);
        return host.equalsIgnoreCase(request.getHttpURI().getAuthority())
                || host.equalsIgnoreCase(request.getHeaders().get(HttpHeader.HOST));
    }
}
