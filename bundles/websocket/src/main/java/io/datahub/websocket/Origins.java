package io.datahub.websocket;

import java.net.URI;
import java.util.Arrays;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;

/**
 * The origins of web pages that may connect (RFC 6454). A program that is no browser sends none and passes; a page passes
 * when it came from the hub itself or its origin is listed.
 */
final class Origins {

    private static final Pattern COMMA = Pattern.compile(",");

    private final Set<String> listed;

    /** @param listed origins; each text may hold several, separated by commas */
    Origins(String... listed) {
        this.listed = Arrays.stream(listed)
                .flatMap(text -> Arrays.stream(COMMA.split(text)))
                .map(String::strip)
                .filter(origin -> !origin.isEmpty())
                .map(origin -> origin.endsWith("/") ? origin.substring(0, origin.length() - 1) : origin)
                .collect(Collectors.toUnmodifiableSet());
    }

    boolean permit(Request request) {
        String origin = request.getHeaders().get(HttpHeader.ORIGIN);
        return origin == null || listed.contains("*") || listed.contains(origin) || isOwn(origin, request);
    }

    private static boolean isOwn(String origin, Request request) {
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
