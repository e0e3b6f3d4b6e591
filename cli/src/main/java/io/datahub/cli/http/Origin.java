package io.datahub.cli.http;

import io.datahub.cli.core.Failure;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/**
 * Where a hub is.
 *
 * @param isTls whether it is reached by HTTPS
 * @param host a name or an address; IPv6 without brackets
 * @param port the port
 * @param path what a proxy has before the hub's own paths: empty, or begins with a slash and doesn't end with one
 */
public record Origin(boolean isTls, String host, int port, String path) {

    private static final int HTTP = 80;
    private static final int HTTPS = 443;

    /**
     * Parses a URL.
     *
     * @throws Failure if it isn't one of a hub
     */
    public static Origin of(String url) {
        try {
            URI uri = new URI(url.strip());
            String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
            boolean tls = scheme.equals("https");
            boolean isUsable = (tls || scheme.equals("http"))
                    && uri.getHost() != null
                    && uri.getRawUserInfo() == null
                    && uri.getRawQuery() == null;
            if (isUsable) {
                String host = uri.getHost().replaceAll("[\\[\\]]", "");
                int port = uri.getPort() >= 0 ? uri.getPort() : tls ? HTTPS : HTTP;
                return new Origin(tls, host, port, uri.getRawPath().replaceAll("/+$", ""));
            }
        } catch (URISyntaxException e) {
            // Reported below.
        }
        throw new Failure(
                Failure.USAGE,
                "'" + url.strip()
                        + "' is no URL of a hub: write http://HOST:PORT or https://HOST, without user or token");
    }

    /** The value of the header {@code Host}. */
    String authority() {
        String name = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
        return port == (isTls ? HTTPS : HTTP) ? name : name + ":" + port;
    }

    @Override
    public String toString() {
        return (isTls ? "https://" : "http://") + authority() + path;
    }
}
