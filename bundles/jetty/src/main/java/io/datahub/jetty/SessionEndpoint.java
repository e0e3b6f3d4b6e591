package io.datahub.jetty;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.user.Login;
import io.datahub.api.user.Origin;
import java.util.Optional;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** {@code /session}: {@code POST} opens a session for the credential that the request shows, {@code DELETE} ends it. */
final class SessionEndpoint {

    static final String PATH = "/session";

    private final WebSessions sessions;

    SessionEndpoint(WebSessions sessions) {
        this.sessions = sessions;
    }

    /** Who has a session that the request shows; only pages of the hub itself can use it, whatever origins are listed. */
    Optional<Login> login(Request request, Origin origin) {
        return SessionCookie.read(request, origin.confidential())
                .filter(secret -> WebOrigins.isOwnPage(request))
                .flatMap(secret -> sessions.login(secret, origin));
    }

    /** What is wrong with the request, whoever sends it. */
    static Optional<Refusal> refusal(Request request, Response response) {
        if (!WebOrigins.isOwnPage(request)) {
            return Optional.of(new Refusal(Reason.FORBIDDEN, "a page of another origin has no session at this hub"));
        }
        if (!request.getMethod().equals("POST") && !request.getMethod().equals("DELETE")) {
            response.getHeaders().put(HttpHeader.ALLOW, "POST, DELETE");
            return Optional.of(new Refusal(
                    Reason.METHOD_NOT_ALLOWED, "POST opens a session, DELETE ends it; /whoami tells whose"));
        }
        return Optional.empty();
    }

    /**
     * Opens a session in place of one that the request shows.
     *
     * @param login whom the credential in the request let in
     */
    void open(Login login, Origin origin, Request request, Response response, Callback callback) {
        SessionCookie.read(request, origin.confidential()).ifPresent(sessions::end);
        SessionCookie.write(request, response, origin.confidential(), sessions.open(login));
        done(request, response, callback);
    }

    /** Ends the session that the request shows, if it shows one. */
    void close(Origin origin, Request request, Response response, Callback callback) {
        SessionCookie.read(request, origin.confidential()).ifPresent(sessions::end);
        SessionCookie.expire(request, response, origin.confidential());
        done(request, response, callback);
    }

    /** Answers that all is as it was wished. */
    static void done(Request request, Response response, Callback callback) {
        response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
        response.setStatus(HttpStatus.NO_CONTENT_204);
        new RequestDrainer(request, callback).succeed(response);
    }
}
