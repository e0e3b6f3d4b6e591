package io.datahub.http.files;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.path.RecordUrls;
import io.datahub.jetty.web.Exchange;
import io.datahub.jetty.web.RawPath;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpHeader;

/**
 * Reads the {@code Destination} of a {@code MOVE} (RFC 4918, 10.3): an absolute URL of this hub, or an absolute path.
 * Immutable.
 */
final class Destination {

    private static final String NAME = "Destination";
    private static final Pattern URL = Pattern.compile("(?:(?i:https?)://([^/?#]+))?(/[^?#]*)");
    private static final Pattern DEFAULT_PORT = Pattern.compile(":(?:80|443)$");

    /** The status for a destination on another server (RFC 4918, 9.9.4). */
    static final int OTHER_SERVER = 502;

    private final EncodedSlashes slashes;
    private final String publicHost;
    private final String publicPrefix;

    /** @param publicUrl where clients reach the hub, if that is known */
    Destination(EncodedSlashes slashes, RecordUrls publicUrl) {
        this.slashes = slashes;
        URI url = URI.create(publicUrl.toString());
        publicHost = url.getRawAuthority() == null ? "" : withoutPort(url.getRawAuthority());
        publicPrefix = url.getRawPath();
    }

    /** Whether the header names another server. */
    boolean isElsewhere(Exchange exchange) {
        Optional<String> authority = match(exchange).map(url -> url.group(1));
        return authority.isPresent()
                && hosts(exchange).stream().noneMatch(withoutPort(authority.get())::equalsIgnoreCase);
    }

    /** The hosts by which the client may know this hub, which a proxy may have changed on the way. */
    private List<String> hosts(Exchange exchange) {
        return List.of(
                publicHost,
                withoutPort(String.valueOf(exchange.request().getHttpURI().getAuthority())),
                withoutPort(exchange.header(HttpHeader.HOST).orElse("")),
                withoutPort(exchange.header(HttpHeader.X_FORWARDED_HOST).orElse("")));
    }

    private static String withoutPort(String authority) {
        return DEFAULT_PORT.matcher(authority).replaceFirst("");
    }

    private static Optional<Matcher> match(Exchange exchange) {
        return exchange.header(NAME).map(String::strip).map(URL::matcher).filter(Matcher::matches);
    }

    /** The destination, by the same rules as the path of a request. */
    Result<FileTarget> parse(Exchange exchange) {
        Optional<Matcher> url = match(exchange);
        if (url.isEmpty()) {
            return Result.refused(
                    Reason.BAD_REQUEST,
                    NAME + " must be the new path, such as /files/new, or its absolute URL, percent-encoded");
        }
        String path = RawPath.withoutDots(withoutPrefix(exchange, url.get().group(2)));
        if (!path.startsWith(FileTarget.MOUNT + "/") || RawPath.isAmbiguous(path)) {
            return Result.refused(
                    Reason.BAD_REQUEST,
                    NAME + " must be below " + FileTarget.MOUNT + "/, without empty and .. segments");
        }
        Result<FileTarget> target = FileTarget.parse(path, slashes);
        return target.refusal()
                .<Result<FileTarget>>map(
                        refusal -> Result.refused(new Refusal(refusal.reason(), NAME + ": " + refusal.detail())))
                .orElse(target);
    }

    /** A proxy that serves the hub below a path removes it from the path of the request, but not from this header. */
    private String withoutPrefix(Exchange exchange, String path) {
        String prefix = exchange.header("X-Forwarded-Prefix").map(String::strip).orElse(publicPrefix);
        String base = prefix.endsWith("/") ? prefix.substring(0, prefix.length() - 1) : prefix;
        return path.startsWith(base + FileTarget.MOUNT + "/") ? path.substring(base.length()) : path;
    }
}
