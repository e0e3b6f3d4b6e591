package io.datahub.jetty;

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
 * The origins of web pages (RFC 6454) that may write, and read what the hub answers. A program that is no browser names none
 * and passes. A page passes when it came from the hub itself or its origin is listed; {@code null}, which sandboxed pages
 * have, is never the hub's own. Pages of listed origins are let in by the headers of CORS (Fetch standard, 3.3), always
 * without the credentials that the browser itself knows: they have to bring their own token.
 */
final class WebOrigins {

    private static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS", "TRACE");

    private static final Pattern COMMA = Pattern.compile(",");

    private static final HttpField METHODS =
            new PreEncodedHttpField("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE");
    private static final HttpField REMEMBER = new PreEncodedHttpField("Access-Control-Max-Age", "600");
    private static final HttpField EXPOSED = new PreEncodedHttpField("Access-Control-Expose-Headers", "*");

    private final Set<String> listed;

    /**
     * Lists origins.
     *
     * @param listed origins, each alone or several separated by commas
     */
    WebOrigins(String... listed) {
        this.listed = Stream.of(listed)
                .flatMap(COMMA::splitAsStream)
                .map(WebOrigins::normal)
                .filter(origin -> !origin.isEmpty())
                .collect(Collectors.toUnmodifiableSet());
    }

    private static String normal(String origin) {
        String lower = origin.strip().toLowerCase(Locale.ROOT);
        return lower.endsWith("/") ? lower.substring(0, lower.length() - 1) : lower;
    }

    boolean mayWrite(Request request) {
        if (READING.contains(request.getMethod())) {
            return true;
        }
        for (String origin : request.getHeaders().getValuesList(HttpHeader.ORIGIN)) {
            String page = normal(origin);
            if (!isListed(page) && !isOwn(page, request)) {
                return false;
            }
        }
        return true;
    }

    /** Whether no page sends the request, or one of the hub itself, as far as the browser tells; {@code null} isn't one. */
    static boolean isOwnPage(Request request) {
        for (String origin : request.getHeaders().getValuesList(HttpHeader.ORIGIN)) {
            if (!isOwn(normal(origin), request)) {
                return false;
            }
        }
        String site = request.getHeaders().get("Sec-Fetch-Site");
        return site == null
                || site.equals("same-origin")
                || site.equals("none")
                || READING.contains(request.getMethod());
    }

    private boolean isListed(String page) {
        return listed.contains("*") || listed.contains(page);
    }

    /**
     * Lets a page of a listed origin see the answer.
     *
     * @return whether the request was nothing but the question for that, and is answered
     */
    boolean share(Request request, Response response, Callback callback) {
        if (listed.isEmpty()) {
            return false;
        }
        HttpFields.Mutable headers = response.getHeaders();
        headers.add(HttpHeader.VARY, "Origin");
        String origin = request.getHeaders().get(HttpHeader.ORIGIN);
        if (origin == null || !isListed(normal(origin))) {
            return false;
        }
        headers.put("Access-Control-Allow-Origin", origin);
        if (!request.getMethod().equals("OPTIONS") || !request.getHeaders().contains("Access-Control-Request-Method")) {
            headers.put(EXPOSED);
            return false;
        }
        headers.put(METHODS);
        headers.put(REMEMBER);
        String wanted = request.getHeaders().get("Access-Control-Request-Headers");
        if (wanted != null) {
            headers.put("Access-Control-Allow-Headers", wanted);
        }
        response.setStatus(HttpStatus.NO_CONTENT_204);
        callback.succeeded();
        return true;
    }

    private static boolean isOwn(String page, Request request) {
        int authority = page.indexOf("://");
        if (authority < 0) {
            return false;
        }
        String host = page.substring(authority + 3);
        return host.equalsIgnoreCase(request.getHttpURI().getAuthority())
                || host.equalsIgnoreCase(request.getHeaders().get(HttpHeader.HOST));
    }
}
