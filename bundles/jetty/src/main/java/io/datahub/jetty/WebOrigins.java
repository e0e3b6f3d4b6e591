package io.datahub.jetty;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;

/**
 * The origins of web pages (RFC 6454) that may write. A program that is no browser names none and passes. A page passes
 * when it came from the hub itself or its origin is listed; {@code null}, which sandboxed pages have, is never the hub's own.
 */
final class WebOrigins {

    private static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS", "TRACE");

    private static final Pattern COMMA = Pattern.compile(",");

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
            if (!listed.contains("*") && !listed.contains(page) && !isOwn(page, request)) {
                return false;
            }
        }
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
