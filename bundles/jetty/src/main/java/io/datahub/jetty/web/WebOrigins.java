package io.datahub.jetty.web;

import io.datahub.api.log.LogText;
import io.datahub.api.net.IpAddress;
import io.datahub.api.user.Origin;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The origins of web pages (RFC 6454) that may use the hub: its own, and those that are listed. Clients other than
 * browsers send no {@code Origin} and are accepted.
 *
 * <p>Origins are compared by scheme, host and port, without regard to case, with the default port of {@code http} and
 * {@code https} left out and IPv6 addresses in one spelling. Headers that aren't a single well-formed origin, and the
 * opaque origin {@code null} of sandboxed pages, are no origin of the hub's and can't be listed; only {@code *} accepts
 * them. The hub's own host is the one in the request ({@code :authority} or {@code Host}); {@code X-Forwarded-Host} is
 * ignored, since any client can send it. Immutable.
 */
public final class WebOrigins {

    private static final Logger LOG = LoggerFactory.getLogger(WebOrigins.class);
    private static final String ANY = "*";
    private static final Set<String> SAFE_METHODS = Set.of("GET", "HEAD", "OPTIONS", "TRACE");
    private static final Pattern COMMA = Pattern.compile(",");
    private static final Pattern SLASH_AT_END = Pattern.compile("(?<![:/])/$");

    /** A serialized origin (RFC 6454, 6.2) in lower case; the host is empty for schemes such as {@code file}. */
    private static final Pattern ORIGIN =
            Pattern.compile("([a-z][a-z0-9+.-]*)://(\\[[0-9a-f:.]+\\]|[^\\s/?#@:,\\[\\]\\\\]*)(?::([0-9]{1,5}))?");

    private final Set<String> listed;

    /**
     * Creates the list of allowed origins. An element that isn't an origin is ignored, with a warning in the log.
     *
     * @param listed origins, one per element or separated by commas; a slash at the end is ignored; {@code *} allows
     *     every origin
     */
    public WebOrigins(String... listed) {
        this.listed = Stream.of(listed)
                .flatMap(COMMA::splitAsStream)
                .map(String::strip)
                .filter(text -> !text.isEmpty())
                .flatMap(text -> parseListed(text).stream())
                .collect(Collectors.toUnmodifiableSet());
    }

    private static Optional<String> parseListed(String text) {
        Optional<String> origin = text.equals(ANY)
                ? Optional.of(ANY)
                : normalize(SLASH_AT_END.matcher(text).replaceFirst(""));
        if (origin.isEmpty()) {
            LOG.warn(
                    "event=http.origin.ignored origin={} reason=\"it isn't of the form SCHEME://HOST or"
                            + " SCHEME://HOST:PORT, such as https://ci.example.org\"",
                    LogText.quoted(text));
        }
        return origin;
    }

    /** Whether no page of another origin may use the hub. */
    public boolean isEmpty() {
        return listed.isEmpty();
    }

    /**
     * Whether a request comes from no page, from one of the hub's own, or from one of a listed origin.
     *
     * @param request a request of any method
     */
    public boolean isAllowed(Request request) {
        return origins(request).stream().allMatch(origin -> isListed(origin) || isOwn(origin, request));
    }

    /**
     * Whether pages of an origin may use the hub because it is listed.
     *
     * @param origin the value of the header {@code Origin}
     */
    public boolean isListed(String origin) {
        return listed.contains(ANY)
                || normalize(origin).filter(listed::contains).isPresent();
    }

    /**
     * Whether a request comes from no page or from one of the hub's own, as far as the browser reports it. Links on
     * other pages, which browsers follow without {@code Origin}, are included.
     *
     * @param request a request of any method
     */
    public static boolean isSameOrigin(Request request) {
        return origins(request).stream().allMatch(origin -> isOwn(origin, request))
                && (isSafe(request) || isSameSite(request));
    }

    /** Whether a request's method only reads (RFC 9110, 9.2.1). */
    public static boolean isSafe(Request request) {
        return SAFE_METHODS.contains(request.getMethod());
    }

    /** The values of {@code Origin}, of which a correct client sends at most one. */
    private static List<String> origins(Request request) {
        return request.getHeaders().getFields(HttpHeader.ORIGIN).stream()
                .map(HttpField::getValue)
                .map(value -> value == null ? "" : value)
                .toList();
    }

    /**
     * Whether an origin is that of the request's own host. A page loaded without TLS isn't of the same origin as a hub
     * used with TLS. The reverse is accepted: the proxy in front of the hub may have ended TLS without saying so.
     */
    private static boolean isOwn(String origin, Request request) {
        Optional<String> page = normalize(origin);
        String authority = request.getHttpURI().getAuthority();
        String host = authority == null ? request.getHeaders().get(HttpHeader.HOST) : authority;
        if (page.isEmpty() || host == null) {
            return false;
        }
        String scheme = page.get().substring(0, page.get().indexOf(':'));
        boolean isWeb = scheme.equals("https") || (scheme.equals("http") && !isConfidential(request));
        return isWeb && page.equals(normalize(scheme + "://" + host)) && isSameSite(request);
    }

    private static boolean isConfidential(Request request) {
        return request.getAttribute(Origin.class.getName()) instanceof Origin origin
                ? origin.confidential()
                : request.isSecure();
    }

    private static boolean isSameSite(Request request) {
        String site = request.getHeaders().get("Sec-Fetch-Site");
        return site == null || site.equals("same-origin") || site.equals("none");
    }

    /** One spelling of an origin; empty if it isn't a single origin with a scheme and a host. */
    private static Optional<String> normalize(String text) {
        Matcher matcher = ORIGIN.matcher(text.toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String scheme = matcher.group(1);
        String port = matcher.group(3);
        boolean isDefaultPort = port == null
                || (scheme.equals("http") && Integer.parseInt(port) == 80)
                || (scheme.equals("https") && Integer.parseInt(port) == 443);
        return Optional.of(
                scheme + "://" + normalizeHost(matcher.group(2)) + (isDefaultPort ? "" : ":" + Integer.parseInt(port)));
    }

    private static String normalizeHost(String host) {
        InetAddress address = host.startsWith("[") ? IpAddress.parse(host.substring(1, host.length() - 1)) : null;
        return address == null ? host : IpAddress.inUrl(address);
    }
}
