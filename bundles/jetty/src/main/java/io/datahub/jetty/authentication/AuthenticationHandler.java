package io.datahub.jetty.authentication;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.http.SessionOpener;
import io.datahub.api.user.Credentials;
import io.datahub.api.user.Login;
import io.datahub.api.user.Origin;
import io.datahub.jetty.connections.ConnectionHandler;
import io.datahub.jetty.connections.ForwardedHeaders;
import io.datahub.jetty.handlers.HandlerRegistration;
import io.datahub.jetty.handlers.HandlerRegistry;
import io.datahub.jetty.web.Conditions;
import io.datahub.jetty.web.Exchange;
import io.datahub.jetty.web.InPlace;
import io.datahub.jetty.web.RawPath;
import io.datahub.jetty.web.RequestDrainer;
import io.datahub.jetty.web.WebOrigins;
import java.io.UncheckedIOException;
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
 * Authenticates requests: looks up the handlers registered for the path, determines the user and the client address,
 * and dispatches the request with the {@link Login} and the {@link Origin} as request attributes. The path is matched
 * in its raw form and is not decoded here.
 */
public final class AuthenticationHandler extends Handler.Abstract {

    private static final String METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE, MOVE, OPTIONS";
    private static final Pattern TOKEN_IN_URL = Pattern.compile("(?:^|&)access_token=");

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private static final Refusal NOT_EVALUATED =
            new Refusal(Reason.UNAUTHENTICATED, "the credentials weren't evaluated");

    private static final Refusal SESSIONS_AWAY = Refusal.unavailable(
            "this hub can't reach the sessions that the hubs of its cluster share; retry, or use another hub",
            RETRY_AFTER);

    private final HandlerRegistry registry;
    private final CurrentAuthenticator authenticator;
    private final Supplier<ForwardedHeaders> forwardedHeaders;
    private final SessionEndpoint sessionEndpoint;
    private volatile WebOrigins origins;

    public AuthenticationHandler(
            HandlerRegistry registry,
            CurrentAuthenticator authenticator,
            WebSessions sessions,
            WebOrigins origins,
            Supplier<ForwardedHeaders> forwardedHeaders) {
        sessionEndpoint = new SessionEndpoint(sessions);
        this.forwardedHeaders = forwardedHeaders;
        this.registry = registry;
        this.authenticator = authenticator;
        this.origins = origins;
        addBean(registry);
    }

    public void setOrigins(WebOrigins origins) {
        this.origins = origins;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        String path = request.getHttpURI().getPath();
        if (path == null || path.equals("*")) {
            return handleServerWide(request, response, callback);
        }
        List<HandlerRegistration> registrations = registry.lookup(path);
        boolean isSessionRequest = path.equals(SessionEndpoint.PATH);
        if (registrations.isEmpty() && !isSessionRequest) {
            return refuse(request, response, callback, notFound(path));
        }
        WebOrigins webOrigins = origins;
        if (CorsHeaders.apply(webOrigins, request, response, callback)) {
            return true;
        }
        Origin origin = forwardedHeaders.get().origin(request);
        request.setAttribute(Origin.class.getName(), origin);
        if (!WebOrigins.isSafe(request) && !webOrigins.isAllowed(request)) {
            return refuse(request, response, callback, foreignOrigin());
        }
        if (hasTokenInUrl(request)) {
            return refuse(request, response, callback, tokenInUrl());
        }
        if (!registrations.isEmpty() && registrations.get(0).authenticates()) {
            SessionOpener opener = login -> sessionEndpoint.open(login, origin, request, response);
            request.setAttribute(SessionOpener.class.getName(), opener);
            return dispatch(registrations, 0, null, Result.refused(NOT_EVALUATED), request, response, callback);
        }
        if (!sessionEndpoint.mayBlock(request, origin)) {
            return authenticate(registrations, isSessionRequest, origin, request, response, callback);
        }
        if (InPlace.isRequired()) {
            InPlace.leave(
                    request,
                    response,
                    callback,
                    () -> authenticateSession(registrations, isSessionRequest, origin, request, response, callback));
            return true;
        }
        return authenticateSession(registrations, isSessionRequest, origin, request, response, callback);
    }

    private boolean authenticateSession(
            List<HandlerRegistration> registrations,
            boolean isSessionRequest,
            Origin origin,
            Request request,
            Response response,
            Callback callback)
            throws Exception {
        try {
            return authenticate(registrations, isSessionRequest, origin, request, response, callback);
        } catch (UncheckedIOException e) {
            return refuse(request, response, callback, SESSIONS_AWAY);
        }
    }

    private boolean authenticate(
            List<HandlerRegistration> registrations,
            boolean isSessionRequest,
            Origin origin,
            Request request,
            Response response,
            Callback callback)
            throws Exception {
        Optional<Refusal> sessionRefusal =
                isSessionRequest ? SessionEndpoint.refusal(request, response) : Optional.empty();
        if (sessionRefusal.isPresent()) {
            return refuse(request, response, callback, sessionRefusal.get());
        }
        if (isSessionRequest && request.getMethod().equals("DELETE")) {
            if (Conditions.check(new Exchange(request, response, callback), true)) {
                sessionEndpoint.close(origin, request, response, callback);
            }
            return true;
        }
        Result<Credentials> headerCredentials =
                AuthorizationHeader.parse(request.getHeaders().getValuesList(HttpHeader.AUTHORIZATION));
        Optional<Login> sessionLogin = hasNoCredentials(headerCredentials) && authenticator.isAvailable()
                ? sessionEndpoint.login(request, origin)
                : Optional.empty();
        Result<Credentials> presented = hasNoCredentials(headerCredentials)
                ? ClientCertificate.of(request).orElse(headerCredentials)
                : headerCredentials;
        Presented client = new Presented(presented, sessionLogin.isPresent(), origin, registrations, isSessionRequest);
        if (sessionLogin.isPresent() || presented.isRefused()) {
            Result<Login> login = sessionLogin
                    .map(Result::done)
                    .orElseGet(() -> Result.refused(presented.refusal().orElseThrow()));
            return authenticated(client, login, request, response, callback);
        }
        authenticator.authenticate(
                presented.get(),
                origin,
                request.getComponents().getExecutor(),
                login -> authenticated(client, login, request, response, callback));
        return true;
    }

    /**
     * What a client presented, and for what.
     *
     * @param credentials the credentials in the request
     * @param hasSession whether the request belongs to a session
     * @param registrations the handlers of the path
     * @param isSessionRequest whether a session is to be opened
     */
    private record Presented(
            Result<Credentials> credentials,
            boolean hasSession,
            Origin origin,
            List<HandlerRegistration> registrations,
            boolean isSessionRequest) {}

    /** Handles a request with the result of authentication. */
    private boolean authenticated(
            Presented client, Result<Login> login, Request request, Response response, Callback callback) {
        try {
            Result<Credentials> presented = client.credentials();
            if (login.isRefused() && !hasNoCredentials(presented) && !isDispatched(client, login)) {
                Duration delay = presented.isRefused()
                        ? authenticator.failureDelay(client.origin())
                        : authenticator.failureDelay(presented.get(), client.origin());
                refuseDelayed(request, response, callback, login.refusal().orElseThrow(), delay);
                return true;
            }
            if (login.isRefused() && !hasNoCredentials(presented)) {
                request.setAttribute(Exchange.UNVERIFIED, login.refusal().orElseThrow());
            }
            if (!login.isRefused()) {
                request.setAttribute(Login.class.getName(), login.get());
                ConnectionHandler.loggedIn(request, login.get());
            }
            return client.isSessionRequest()
                    ? openSession(client, login, request, response, callback)
                    : dispatch(client.registrations(), 0, null, login, request, response, callback);
        } catch (UncheckedIOException e) {
            if (!client.isSessionRequest()) {
                Response.writeError(request, response, callback, e);
                return true;
            }
            return refuse(request, response, callback, SESSIONS_AWAY);
        } catch (Exception e) {
            Response.writeError(request, response, callback, e);
            return true;
        }
    }

    /** Whether a request goes on without a login: credentials that can't be verified now don't matter if all may come. */
    private static boolean isDispatched(Presented client, Result<Login> login) {
        return login.refusal().orElseThrow().reason() == Reason.UNAVAILABLE && !client.isSessionRequest();
    }

    /**
     * Dispatches a request to the first handler that takes it.
     *
     * @param from the position of the first handler to try
     * @param known why the ones before it may not be used; null if there is none, or they declined
     */
    private static boolean dispatch(
            List<HandlerRegistration> registrations,
            int from,
            Refusal known,
            Result<Login> login,
            Request request,
            Response response,
            Callback callback)
            throws Exception {
        Refusal refusal = known;
        for (int i = from; i < registrations.size(); i++) {
            HandlerRegistration registration = registrations.get(i);
            Optional<Refusal> denied = registration.refusal(login);
            if (denied.isEmpty() && registration.mayBlock() && InPlace.isRequired()) {
                int next = i;
                Refusal previous = refusal;
                InPlace.leave(
                        request,
                        response,
                        callback,
                        () -> dispatch(registrations, next, previous, login, request, response, callback));
                return true;
            }
            if (denied.isEmpty() && registration.handle(request, response, callback)) {
                return true;
            }
            if (!registration.isAvailable()) {
                denied = Optional.of(unavailable(registration));
            }
            if (refusal == null) {
                refusal = denied.orElse(null);
            }
            if (denied.isPresent() && !registration.isShared()) {
                break;
            }
        }
        return refuse(
                request,
                response,
                callback,
                refusal == null ? notFound(request.getHttpURI().getPath()) : refusal);
    }

    /** A session requires a credential: an anonymous request gets none, and a session can't be used to open another. */
    private boolean openSession(
            Presented client, Result<Login> login, Request request, Response response, Callback callback) {
        if (hasNoCredentials(client.credentials()) && !client.hasSession()) {
            refuse(
                    request,
                    response,
                    callback,
                    new Refusal(
                            Reason.UNAUTHENTICATED,
                            "send the token for which to open a session in the Authorization header"));
        } else if (!Conditions.check(new Exchange(request, response, callback), true)) {
            return true;
        } else if (client.hasSession()) {
            SessionEndpoint.sendNoContent(request, response, callback);
        } else {
            sessionEndpoint.open(login.get(), client.origin(), request, response, callback);
        }
        return true;
    }

    private static boolean hasNoCredentials(Result<Credentials> presented) {
        return !presented.isRefused() && presented.get() instanceof Credentials.None;
    }

    /** {@code OPTIONS *} (RFC 9110, 9.3.7); any other request without a path, such as {@code CONNECT}, is refused. */
    private static boolean handleServerWide(Request request, Response response, Callback callback) {
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
                new Refusal(Reason.METHOD_NOT_ALLOWED, "the hub isn't a proxy; the request must name a path"));
    }

    /** A token in a URL ends up in logs and browser histories (RFC 9700, 4.3.2), so it is never evaluated. */
    private static boolean hasTokenInUrl(Request request) {
        String query = request.getHttpURI().getQuery();
        return query != null && TOKEN_IN_URL.matcher(query).find();
    }

    private static Refusal tokenInUrl() {
        return new Refusal(
                Reason.BAD_REQUEST,
                "a token must not be part of a URL, because URLs end up in logs; send it as"
                        + " Authorization: Bearer TOKEN, and revoke this one");
    }

    private static Refusal notFound(String path) {
        return path != null && RawPath.isAmbiguous(path)
                ? new Refusal(Reason.BAD_REQUEST, "the path has an empty segment, or a segment . or ..")
                : new Refusal(Reason.NOT_FOUND, "there is nothing at this path");
    }

    private static Refusal unavailable(HandlerRegistration registration) {
        return Refusal.unavailable(
                "the handler of " + registration.path() + " is starting, stopping or being replaced; try again",
                RETRY_AFTER);
    }

    private static Refusal foreignOrigin() {
        return new Refusal(
                Reason.FORBIDDEN,
                "pages of this origin may not write; an administrator can add it to origins in"
                        + " io.datahub.jetty.cfg");
    }

    /** Delays the response without blocking a thread. */
    private static void refuseDelayed(
            Request request, Response response, Callback callback, Refusal refusal, Duration delay) {
        if (delay.isZero()) {
            refuse(request, response, callback, refusal);
            return;
        }
        request.addIdleTimeoutListener(timeout -> false);
        var components = request.getComponents();
        components
                .getScheduler()
                .schedule(
                        () -> components.getExecutor().execute(() -> refuse(request, response, callback, refusal)),
                        delay.toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    private static boolean refuse(Request request, Response response, Callback callback, Refusal refusal) {
        RequestDrainer.refuse(request, response, callback, refusal);
        return true;
    }
}
