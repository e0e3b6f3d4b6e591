package io.datahub.jetty.authentication;

import java.util.Optional;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.URIUtil;

/**
 * The session cookie (RFC 6265). Browsers send a cookie to every port of a host, so its name contains the port that the
 * browser connected to: two hubs on one host don't overwrite each other's cookie. Over TLS the prefix {@code __Host-}
 * (RFC 6265bis, 4.1.3) prevents other hosts of the domain from setting it.
 */
final class SessionCookie {

    /** 32 bytes in Base64url. */
    private static final Pattern SECRET = Pattern.compile("[A-Za-z0-9_-]{43}");

    private SessionCookie() {}

    private static String name(Request request, boolean secure) {
        int port = Request.getServerPort(request);
        int effectivePort = port > 0
                ? port
                : URIUtil.getDefaultPortForScheme(request.getHttpURI().getScheme());
        return (secure ? "__Host-" : "") + "datahub-session-" + effectivePort;
    }

    /**
     * The secret in the cookie; empty if there is none, or it can't be one, or there are several, one of which may have
     * been set by an attacker.
     */
    static Optional<String> read(Request request, boolean secure) {
        if (!request.getHeaders().contains(HttpHeader.COOKIE)) {
            return Optional.empty();
        }
        String prefix = name(request, secure) + "=";
        String value = null;
        for (String header : request.getHeaders().getValuesList(HttpHeader.COOKIE)) {
            for (int from = 0, to; from < header.length(); from = to + 1) {
                int end = header.indexOf(';', from);
                to = end < 0 ? header.length() : end;
                String pair = header.substring(from, to).strip();
                if (pair.startsWith(prefix)) {
                    if (value != null) {
                        return Optional.empty();
                    }
                    value = pair.substring(prefix.length());
                }
            }
        }
        return Optional.ofNullable(value)
                .filter(secret -> SECRET.matcher(secret).matches());
    }

    /** Sets a session cookie with the secret. */
    static void write(Request request, Response response, boolean secure, String secret) {
        put(request, response, secure, secret, "");
    }

    /** Deletes the cookie. */
    static void expire(Request request, Response response, boolean secure) {
        put(request, response, secure, "", "; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT");
    }

    private static void put(Request request, Response response, boolean secure, String value, String attributes) {
        response.getHeaders()
                .add(
                        HttpHeader.SET_COOKIE,
                        name(request, secure) + "=" + value + "; Path=/; HttpOnly; SameSite=Strict"
                                + (secure ? "; Secure" : "") + attributes);
    }
}
