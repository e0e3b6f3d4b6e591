package io.datahub.jetty.authentication;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.user.Login;
import io.datahub.api.user.Origin;
import io.datahub.jetty.web.RequestDrainer;
import io.datahub.jetty.web.WebOrigins;
import java.util.Optional;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** {@code /session}: {@code POST} opens a session for the credential in the request, {@code DELETE} ends it. */
final class SessionEndpoint {

    static final String PATH = "/session";

    private final WebSessions sessions;

    SessionEndpoint(WebSessions sessions) {
        this.sessions = sessions;
    }

    /** Whether a request has a session, or opens or ends one, so that handling it may block. */
    boolean mayBlock(Request request, Origin origin) {
        return sessions.isShared()
                && (SessionCookie.read(request, origin.confidential()).isPresent()
                        || PATH.equals(request.getHttpURI().getPath()));
    }

    /**
     * The login of the session in the request; only same-origin pages can use a session, regardless of the listed
     * origins.
     */
    Optional<Login> login(Request request, Origin origin) {
        return SessionCookie.read(request, origin.confidential())
                .filter(secret -> WebOrigins.isSameOrigin(request))
                .flatMap(secret -> sessions.login(secret, origin));
    }

    /** The refusal of an invalid request, independent of the user; empty if it is valid. */
    static Optional<Refusal> refusal(Request request, Response response) {
        if (!WebOrigins.isSameOrigin(request)) {
            return Optional.of(new Refusal(Reason.FORBIDDEN, "pages of other origins can't have a session"));
        }
        if (!request.getMethod().equals("POST") && !request.getMethod().equals("DELETE")) {
            response.getHeaders().put(HttpHeader.ALLOW, "POST, DELETE");
            return Optional.of(new Refusal(
                    Reason.METHOD_NOT_ALLOWED, "POST opens a session and DELETE ends it; GET /whoami shows its user"));
        }
        return Optional.empty();
    }

    /**
     * Opens a session and ends the one in the request, if any.
     *
     * @param login the login of the credential in the request
     */
    void open(Login login, Origin origin, Request request, Response response, Callback callback) {
        open(login, origin, request, response);
        sendNoContent(request, response, callback);
    }

    /** Opens a session without responding, and ends the one in the request, if any. */
    void open(Login login, Origin origin, Request request, Response response) {
        SessionCookie.read(request, origin.confidential()).ifPresent(sessions::end);
        SessionCookie.write(request, response, origin.confidential(), sessions.open(login));
    }

    /** Ends the session in the request, if any. */
    void close(Origin origin, Request request, Response response, Callback callback) {
        SessionCookie.read(request, origin.confidential()).ifPresent(sessions::end);
        SessionCookie.expire(request, response, origin.confidential());
        sendNoContent(request, response, callback);
    }

    /** Responds with 204. */
    static void sendNoContent(Request request, Response response, Callback callback) {
        response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
        response.setStatus(HttpStatus.NO_CONTENT_204);
        new RequestDrainer(request, callback).sendEmpty(response);
    }
}
