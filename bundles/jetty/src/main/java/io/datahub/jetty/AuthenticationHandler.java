package io.datahub.jetty;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.user.Authenticator;
import io.datahub.api.user.Credentials;
import io.datahub.api.user.Login;
import io.datahub.api.user.Origin;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Lets requests in: finds what is mounted at their path, who sent them and where from, and hands them over with the
 * {@link Login} and the {@link Origin} as request attributes. The path is matched as the client wrote it; nothing here decodes it.
 */
final class AuthenticationHandler extends Handler.Abstract {

    private static final String METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
    private static final Pattern TOKEN_IN_URL = Pattern.compile("(?:^|&)access_token=");

    private static final Duration SOON = Duration.ofSeconds(1);

    private final HandlerRegistry mounts;
    private final Authenticator authenticator;
    private final Supplier<ForwardedHeaders> forwarding;
    private final SessionEndpoint session;
    private volatile WebOrigins origins;

    AuthenticationHandler(
            HandlerRegistry mounts,
            Authenticator authenticator,
            WebSessions sessions,
            WebOrigins origins,
            Supplier<ForwardedHeaders> forwarding) {
        session = new SessionEndpoint(sessions);
        this.forwarding = forwarding;
        this.mounts = mounts;
        this.authenticator = authenticator;
        this.origins = origins;
        addBean(mounts);
    }

    void setOrigins(WebOrigins origins) {
        this.origins = origins;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        String path = request.getHttpURI().getPath();
        if (path == null || path.equals("*")) {
            return answerServerWide(request, response, callback);
        }
        List<HandlerRegistration> found = mounts.at(path);
        boolean ofSessions = path.equals(SessionEndpoint.PATH);
        if (found.isEmpty() && !ofSessions) {
            return refuse(request, response, callback, nothingAt(path));
        }
        WebOrigins pages = origins;
        if (pages.share(request, response, callback)) {
            return true;
        }
        if (!pages.mayWrite(request)) {
            return refuse(request, response, callback, foreign());
        }
        if (showsTokenInUrl(request)) {
            return refuse(request, response, callback, tokenInUrl());
        }
        Origin origin = forwarding.get().origin(request);
        request.setAttribute(Origin.class.getName(), origin);
        Optional<Refusal> wrong = ofSessions ? SessionEndpoint.refusal(request, response) : Optional.empty();
        if (wrong.isPresent()) {
            return refuse(request, response, callback, wrong.get());
        }
        if (ofSessions && request.getMethod().equals("DELETE")) {
            session.close(origin, request, response, callback);
            return true;
        }
        Result<Credentials> written =
                AuthorizationHeader.parse(request.getHeaders().getValuesList(HttpHeader.AUTHORIZATION));
        Optional<Login> remembered = showsNothing(written) ? session.login(request, origin) : Optional.empty();
        Result<Credentials> shown =
                showsNothing(written) ? ClientCertificate.of(request).orElse(written) : written;
        Result<Login> login = remembered
                .map(Result::done)
                .orElseGet(() -> shown.then(credentials -> authenticator.authenticate(credentials, origin)));
        if (login.isRefused() && !showsNothing(shown)) {
            Duration penalty =
                    shown.isRefused() ? authenticator.penalty(origin) : authenticator.penalty(shown.get(), origin);
            refuseLate(request, response, callback, login.refusal().orElseThrow(), penalty);
            return true;
        }
        if (!login.isRefused()) {
            request.setAttribute(Login.class.getName(), login.get());
            ConnectionHandler.loggedIn(request, login.get());
        }
        if (ofSessions) {
            return open(login, remembered.isPresent(), showsNothing(shown), origin, request, response, callback);
        }
        return pass(found, login.refusal(), request, response, callback);
    }

    private static boolean pass(
            List<HandlerRegistration> found,
            Optional<Refusal> stranger,
            Request request,
            Response response,
            Callback callback)
            throws Exception {
        Refusal why = null;
        for (HandlerRegistration mount : found) {
            if (stranger.isPresent() && !mount.isOpen() && mount.isThere()) {
                why = why == null ? stranger.get() : why;
            } else if (mount.handle(request, response, callback)) {
                return true;
            } else if (!mount.isThere()) {
                why = why == null ? away(mount) : why;
            }
        }
        return refuse(
                request,
                response,
                callback,
                why == null ? nothingAt(request.getHttpURI().getPath()) : why);
    }

    /** A session is for a credential: who shows none gets none, and one session never opens another. */
    private boolean open(
            Result<Login> login,
            boolean remembered,
            boolean showsNothing,
            Origin origin,
            Request request,
            Response response,
            Callback callback) {
        if (remembered) {
            SessionEndpoint.done(request, response, callback);
        } else if (showsNothing) {
            refuse(
                    request,
                    response,
                    callback,
                    new Refusal(Reason.UNAUTHENTICATED, "send the token that the session is for as Authorization"));
        } else {
            session.open(login.get(), origin, request, response, callback);
        }
        return true;
    }

    private static boolean showsNothing(Result<Credentials> shown) {
        return !shown.isRefused() && shown.get() instanceof Credentials.None;
    }

    /** {@code OPTIONS *} (RFC 9110, 9.3.7); anything else that has no path, such as {@code CONNECT}, isn't served. */
    private static boolean answerServerWide(Request request, Response response, Callback callback) {
        response.getHeaders().put(HttpHeader.ALLOW, METHODS);
        if (request.getMethod().equals("OPTIONS")) {
            response.setStatus(HttpStatus.NO_CONTENT_204);
            callback.succeeded();
            return true;
        }
        return refuse(
                request,
                response,
                callback,
                new Refusal(Reason.METHOD_NOT_ALLOWED, "the hub is no proxy; name a path"));
    }

    /** A token in a URL ends up in logs and histories (RFC 9700, 4.3.2), so it is never looked at. */
    private static boolean showsTokenInUrl(Request request) {
        String query = request.getHttpURI().getQuery();
        return query != null && TOKEN_IN_URL.matcher(query).find();
    }

    private static Refusal tokenInUrl() {
        return new Refusal(
                Reason.BAD_REQUEST,
                "a token is never part of a URL, where logs keep it; send it as Authorization: Bearer TOKEN, and"
                        + " replace this one");
    }

    private static Refusal nothingAt(String path) {
        return path != null && RawPath.isAmbiguous(path)
                ? new Refusal(Reason.BAD_REQUEST, "the path has an empty segment, or one that is . or ..")
                : new Refusal(Reason.NOT_FOUND, "there is nothing at this path");
    }

    private static Refusal away(HandlerRegistration mount) {
        return Refusal.unavailable(
                "what answers at " + mount.path() + " is starting, stopping or being replaced; try again", SOON);
    }

    private static Refusal foreign() {
        return new Refusal(
                Reason.FORBIDDEN,
                "a page of another origin may not write here; an administrator can list its origin for"
                        + " io.datahub.jetty");
    }

    /** Holds the answer back without holding a thread. */
    private static void refuseLate(
            Request request, Response response, Callback callback, Refusal refusal, Duration penalty) {
        if (penalty.isZero()) {
            refuse(request, response, callback, refusal);
            return;
        }
        request.addIdleTimeoutListener(timeout -> false);
        var components = request.getComponents();
        components
                .getScheduler()
                .schedule(
                        () -> components.getExecutor().execute(() -> refuse(request, response, callback, refusal)),
                        penalty.toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    /** Answers with a refusal; the connection stays where the request is here as a whole. */
    static boolean refuse(Request request, Response response, Callback callback, Refusal refusal) {
        request.setAttribute(Refusal.class.getName(), refusal);
        boolean waits = request.getHeaders().contains(HttpHeader.EXPECT)
                || request.getMethod().equals("CONNECT");
        int status = refusal.reason().status();
        if (waits) {
            Response.writeError(request, response, callback, status, refusal.detail());
        } else {
            new RequestDrainer(request, callback).answer(response, status, refusal.detail());
        }
        return true;
    }
}
