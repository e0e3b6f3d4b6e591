package io.datahub.websocket;

import java.net.URI;
import java.util.Arrays;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;

/**
 * The origins of web pages that may connect (RFC 6454). Clients other than browsers send none and are accepted; a page
 * is accepted if it is same-origin or its origin is listed.
 */
final class Origins {

    private static final Pattern COMMA = Pattern.compile(",");

    private final Set<String> allowed;

    /** @param allowed origins; each element may contain several, separated by commas */
    Origins(String... allowed) {
        this.allowed = Arrays.stream(allowed)
                .flatMap(text -> Arrays.stream(COMMA.split(text)))
                .map(String::strip)
                .filter(origin -> !origin.isEmpty())
                .map(origin -> origin.endsWith("/") ? origin.substring(0, origin.length() - 1) : origin)
                .collect(Collectors.toUnmodifiableSet());
    }

    boolean isAllowed(Request request) {
        String origin = request.getHeaders().get(HttpHeader.ORIGIN);
        return origin == null || allowed.contains("*") || allowed.contains(origin) || isSameOrigin(origin, request);
    }

    private static boolean isSameOrigin(String origin, Request request) {
        String host = Request.getServerName(request);
        if (host == null) {
            return false;
        }
        try {
            URI page = URI.create(origin);
            return host.equalsIgnoreCase(page.getHost()) && port(page) == Request.getServerPort(request);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static int port(URI page) {
        if (page.getPort() >= 0) {
            return page.getPort();
        }
        return "https".equalsIgnoreCase(page.getScheme()) ? 443 : 80;
    }
}
