package io.datahub.jetty;

import java.util.Optional;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.URIUtil;

/**
 * The cookie that carries a session (RFC 6265). Browsers send a cookie to every port of a host, so its name has the port that
 * the browser asked: two hubs on one host don't sign each other out. Over TLS the prefix {@code __Host-} (RFC 6265bis, 4.1.3)
 * keeps other hosts of the domain from setting it.
 */
final class SessionCookie {

    private SessionCookie() {}

    private static String name(Request request, boolean secure) {
        int port = Request.getServerPort(request);
        int known = port > 0
                ? port
                : URIUtil.getDefaultPortForScheme(request.getHttpURI().getScheme());
        return (secure ? "__Host-" : "") + "datahub-session-" + known;
    }

    /** The secret that the client shows; empty if it shows none, or several, of which somebody else may have set one. */
    static Optional<String> read(Request request, boolean secure) {
        if (!request.getHeaders().contains(HttpHeader.COOKIE)) {
            return Optional.empty();
        }
        String beginning = name(request, secure) + "=";
        String found = null;
        for (String header : request.getHeaders().getValuesList(HttpHeader.COOKIE)) {
            for (int from = 0, to; from < header.length(); from = to + 1) {
                int end = header.indexOf(';', from);
                to = end < 0 ? header.length() : end;
                String pair = header.substring(from, to).strip();
                if (pair.startsWith(beginning)) {
                    if (found != null) {
                        return Optional.empty();
                    }
                    found = pair.substring(beginning.length());
                }
            }
        }
        return Optional.ofNullable(found);
    }

    /** Has the browser keep the secret until it ends. */
    static void write(Request request, Response response, boolean secure, String secret) {
        put(request, response, secure, secret, "");
    }

    /** Has the browser forget the secret. */
    static void expire(Request request, Response response, boolean secure) {
        put(request, response, secure, "", "; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT");
    }

    private static void put(Request request, Response response, boolean secure, String value, String more) {
        response.getHeaders()
                .add(
                        HttpHeader.SET_COOKIE,
                        name(request, secure) + "=" + value + "; Path=/; HttpOnly; SameSite=Strict"
                                + (secure ? "; Secure" : "") + more);
    }
}
